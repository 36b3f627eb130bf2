export { testDatabaseUrl } from './config.ts';
export { testDatabase, type TestDatabase } from './database.ts';
export { eventually } from './eventually.ts';
export { testKafka } from './kafka.ts';
