export { testDatabaseUrl } from './config.ts';
export { eventually } from './eventually.ts';
export { testKafka } from './kafka.ts';
