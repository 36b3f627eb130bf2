export * from './connection-events.ts';
export * from './lead-events.ts';
export * from './marketplace-lead.ts';
export * from './token-messages.ts';
export * from './topics.ts';
