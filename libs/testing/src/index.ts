export { testDatabaseUrl } from './config.ts';
export { testDatabase, type TestDatabase } from './database.ts';
export { eventually } from './eventually.ts';
export { Gate } from './gate.ts';
export { testKafka } from './kafka.ts';
export { type ServiceProcess, startServiceProcess } from './service-process.ts';
