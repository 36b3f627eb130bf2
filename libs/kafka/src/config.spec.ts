import { expect, test } from '@jest/globals';
import { readProvisioningConfig } from './config.ts';

const BROKER = { KAFKA_BROKERS: 'a:1' };
const NAMED = {
  ...BROKER,
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_PASSWORD: 'hunter2',
};

test('three copies are made where nothing is said', () => {
  expect(readProvisioningConfig(BROKER, [])).toMatchObject({ replicationFactor: 3, allowSingleCopy: false });
});

test('one copy is refused unless the flag says that it is no matter', () => {
  const one = { ...BROKER, KAFKA_REPLICATION_FACTOR: '1' };
  expect(() => readProvisioningConfig(one, [])).toThrow(/KAFKA_REPLICATION_FACTOR is 1.*--allow-single-copy/);
  expect(readProvisioningConfig(one, ['--allow-single-copy'])).toMatchObject({ replicationFactor: 1 });
});

test('access rules are provisioned where the broker knows who asks, unless they are kept elsewhere', () => {
  expect(readProvisioningConfig(BROKER, []).principals).toBeUndefined();
  expect(readProvisioningConfig(NAMED, []).principals).toMatchObject({ portal: 'User:portal' });
  const elsewhere = { ...NAMED, KAFKA_ACCESS_RULES: 'kept-elsewhere' };
  expect(readProvisioningConfig(elsewhere, []).principals).toBeUndefined();
});

test('a principal without a service is refused with its setting', () => {
  const shared = { ...BROKER, KAFKA_PRINCIPALS: 'User:leads' };
  expect(() => readProvisioningConfig(shared, [])).toThrow(/^KAFKA_PRINCIPALS: must name \{service\}/);
});
