export * from './back-off.ts';
export * from './doorbell.ts';
export * from './durations.ts';
export * from './natural-batching.ts';
export * from './rounds.ts';
export * from './told-together.ts';
export * from './within.ts';
