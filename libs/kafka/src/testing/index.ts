export { sendRaw } from './send-raw.ts';
export { watchTopic, type WatchedTopic } from './watch-topic.ts';
