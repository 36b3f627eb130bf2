export { settingsFromEnvironment } from './config.ts';
export { databaseVariables, type DatabaseVariables } from './database-variables.ts';
export * from './health.ts';
export { decidedTables, Housekeeping } from './housekeeping.ts';
export * from './log.ts';
export * from './outbound.ts';
export * from './problem.ts';
export * from './proxy.ts';
export * from './retry-after.ts';
export * from './retention.ts';
export * from './run-migrations.ts';
export type { ServiceOptions, ServiceTables } from './service-providers.ts';
export { INSTANCE_ID, LOG, RETENTION, SETTINGS, TRANSPORTS } from './service-tokens.ts';
export * from './service.module.ts';
export * from './settings.ts';
export * from './start-service.ts';
export * from './http/answers.ts';
export * from './http/api-document.ts';
export * from './http/caller-guard.ts';
export * from './http/checked.ts';
export * from './http/entity-tag.ts';
export * from './http/headers.ts';
export * from './http/signed-fetch.ts';
export {
  digestOf,
  readCallerKeys,
  readSigningKey,
  signRequest,
  type SigningKey,
  type Verified,
  verifyRequest,
} from './http/signed-requests.ts';
