export { type Answer, Browser, type Sent } from './browser.ts';
export { testDatabaseUrl } from './config.ts';
export { contoso, contosoHost, contosoPublisher, directories, people, productClientId } from './contoso.ts';
export {
  Control,
  type Fault,
  type LeadRow,
  type Mail,
  type OrganizationSettings,
  type SeenRequest,
  type Wait,
} from './control.ts';
export { tablesOf, testDatabase, type TestDatabase } from './database.ts';
export { type RunningEmulators, startEmulators } from './emulators.ts';
export { eventually } from './eventually.ts';
export { Gate } from './gate.ts';
export { testKafka, type TestKafka } from './kafka.ts';
export { leaksIn, partsOfToken } from './leaks.ts';
export { type RunningProcess, startProcess } from './running-process.ts';
export { makeKeyPair, type ServiceKeyFiles, testSigning, writeServiceKeys } from './service-keys.ts';
export { skewDate, skewedClock } from './skewed-clock.ts';
export { type ServiceProcess, startBuilt, startServiceProcess } from './service-process.ts';
