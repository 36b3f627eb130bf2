import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { notAllowed } from './not-allowed.ts';

const of = (error: unknown) => notAllowed(error, 'portal', 'write x.connections.v1');

test.each([
  Object.assign(new Error('Not authorized'), { type: 'TOPIC_AUTHORIZATION_FAILED' }),
  Object.assign(new Error('Not authorized'), { type: 'GROUP_AUTHORIZATION_FAILED' }),
  new Error('Not authorized to access topics: [Topic authorization failed]'),
])('a right that is missing is told with who, what and where to look: %s', (error) => {
  expect(of(error)?.kind).toBe('forbidden');
  expect(of(error)?.message).toMatch(/does not let portal write x\.connections\.v1: provision-topics/);
});

test('a name that is not taken is told apart from it', () => {
  const error: unknown = Reflect.construct(kafkajs.KafkaJSSASLAuthenticationError, ['SCRAM failed']);
  expect(of(error)?.kind).toBe('unknown');
  expect(of(error)?.message).toMatch(/does not know portal/);
});

test.each([
  Object.assign(new Error('There is no leader'), { type: 'LEADER_NOT_AVAILABLE' }),
  new Error('Connection timeout'),
  'words',
])('a broker that is away is none of it: %s', (error) => {
  expect(of(error)).toBeUndefined();
});
