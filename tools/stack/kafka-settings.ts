/** How a tool or a spec reaches a stack's broker. */
import { readFileSync } from 'node:fs';
import { type KafkaSettings, kafkaSettings } from '@leads/kafka';
import type { KafkaClient } from './infrastructure/secured-broker.ts';

/**
 * What a client's variables come to; without its name as a service, so that the broker alone decides what it may.
 * @param environment the variables that begin with KAFKA_
 */
export function kafkaSettingsOf(environment: Record<string, string>, client: KafkaClient): KafkaSettings {
  const { KAFKA_BROKERS = '', ...others } = environment;
  const variables = { KAFKA_TOPIC_PREFIX: '', ...others, KAFKA_BROKERS: KAFKA_BROKERS.split(',') };
  const settings = kafkaSettings(variables, client, (path) => readFileSync(path, 'utf8'));
  delete settings.service;
  return settings;
}
