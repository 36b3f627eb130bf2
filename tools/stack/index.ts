export { arenaOn, inArena } from './arena.ts';
export type { Arena, Connection } from './arena.ts';
export { startBroker } from './broker.ts';
export {
  contoso,
  contosoHost,
  contosoPublisher,
  people,
  publishConnection,
  untilAccepted,
} from './connection.ts';
export type { ConnectionEntry, CredentialsApi, PublishedConnection } from './connection.ts';
export { readLeads, readMails } from './read-back.ts';
export type { LeadRow, Mail } from './read-back.ts';
export { startDatabase } from './database.ts';
export { freeFixedPorts } from './ports.ts';
export type { Service, ServiceName } from './services.ts';
export type { Stack, StackOptions } from './stack.ts';
export { startStack } from './stack.ts';
export { startTestStack } from './test-stack.ts';
export type { TestStack } from './test-stack.ts';
export { inThrowAwayPlace } from './throw-away.ts';
