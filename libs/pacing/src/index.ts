export * from './back-off.ts';
export * from './doorbell.ts';
export * from './natural-batching.ts';
