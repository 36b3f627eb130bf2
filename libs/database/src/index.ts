export * from './database.ts';
export * from './listen.ts';
export * from './migrate.ts';
export * from './outbox-relay.ts';
export * from './outbox.ts';
export * from './undecodable.ts';
