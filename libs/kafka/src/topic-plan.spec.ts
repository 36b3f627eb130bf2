import { topics } from '@leads/contracts';
import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { planChanges, wantedConfig } from './topic-plan.ts';

const topic = topics.leadsAccepted;
const asWanted = { partitions: 12, config: wantedConfig(topic, 3), overrides: wantedConfig(topic, 3) };

describe('the plan for an existing topic', () => {
  test('is nothing when the topic is as the catalogue says', () => {
    expect(planChanges(asWanted, topic, 3)).toBeUndefined();
  });

  test('adds partitions and never takes any away', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (partitions) => {
        const changes = planChanges({ ...asWanted, partitions }, topic, 3);
        expect(changes).toEqual(partitions < 12 ? { partitions: 12 } : undefined);
      }),
    );
  });

  test('brings a drifted value back and keeps the overrides that an operator has set', () => {
    const existing = {
      partitions: 12,
      config: { ...asWanted.config, 'retention.ms': '1000' },
      overrides: { ...asWanted.overrides, 'retention.ms': '1000', 'max.message.bytes': '2000000' },
    };
    expect(planChanges(existing, topic, 3)).toEqual({
      overrides: { ...asWanted.overrides, 'max.message.bytes': '2000000' },
    });
  });
});

describe('the configuration', () => {
  test('keeps records as long as the catalogue says, in segments that do not outlive them by much', () => {
    expect(wantedConfig(topics.tokensIssued, 1)).toEqual({
      'cleanup.policy': 'delete',
      'retention.ms': '300000',
      'retention.bytes': '-1',
      'segment.ms': '75000',
      'min.insync.replicas': '1',
    });
    expect(wantedConfig(topic, 1)).toMatchObject({ 'retention.ms': '1209600000', 'segment.ms': '86400000' });
  });

  test('of a compacted topic deletes nothing by age', () => {
    expect(wantedConfig(topics.connections, 1)).toEqual({
      'cleanup.policy': 'compact',
      'min.insync.replicas': '1',
    });
  });

  test('makes an acknowledgement mean two copies where there are three', () => {
    expect([1, 2, 3, 5].map((factor) => wantedConfig(topic, factor)['min.insync.replicas'])).toEqual([
      '1',
      '1',
      '2',
      '2',
    ]);
  });
});
