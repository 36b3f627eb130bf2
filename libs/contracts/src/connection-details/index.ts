/**
 * What may be entered for a connection, and every fault of it in words: one set of rules for the service that keeps
 * it and for the console, which names mistakes as one types. Nothing here may import from Node.
 */
export * from './connection-fields.ts';
export * from './contact-emails.ts';
export * from './days-left.ts';
export * from './dynamics-url.ts';
export * from './faults.ts';
export * from './secret-fields.ts';
