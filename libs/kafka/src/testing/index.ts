export { watchTopic, type WatchedTopic } from './watch-topic.ts';
