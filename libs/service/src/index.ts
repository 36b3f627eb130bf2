export * from './health.ts';
export * from './log.ts';
export * from './outbound.ts';
export * from './problem.ts';
export * from './run-migrations.ts';
export * from './service.module.ts';
export * from './settings.ts';
export * from './start-service.ts';
