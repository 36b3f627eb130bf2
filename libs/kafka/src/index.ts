export { KafkaTransport, type KafkaTransportOptions } from './kafka-transport.ts';
export { OnTopic, type Delivery, type TypedMethodDecorator } from './on-topic.ts';
export { provisionTopics } from './provision-topics.ts';
export { Publisher, type EncodedRecord } from './publisher.ts';
export type { Received, Undecodable } from './received.ts';
export { GroupInUse, oldestRecords, rewindGroup } from './rewind-group.ts';
export type { KafkaSettings } from './settings.ts';
