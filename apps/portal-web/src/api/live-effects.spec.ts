import { describe, expect, test } from '@jest/globals';
import type { LiveEvent } from '@leads/contracts/portal-api';
import { keys } from './keys.ts';
import { effectsOf, LIVE_EVENT_NAMES, readLiveEvent } from './live-effects.ts';

const connectionId = '5f0c3f9e-4b4e-4d4b-9a39-0d3c0c8f2d11';

describe('what a live event means for the cache', () => {
  test('a validation is put in its place, without asking again', () => {
    const data = { validationId: connectionId, connectionId, startedAt: '2026-01-01T00:00:00Z', checks: [] };
    const [effect, ...others] = effectsOf({ event: 'validation', data });
    expect(others).toEqual([]);
    expect(effect).toMatchObject({ kind: 'replace', key: keys.validation(connectionId) });
    expect(effect?.kind === 'replace' && effect.replace(undefined)).toBe(data);
  });

  test('a lead makes its lists, its page and the counts of offers and incidents stale', () => {
    const event = { event: 'lead', data: { leadId: 'l1' } } as LiveEvent;
    const stale = effectsOf(event).map((effect) => (effect.kind === 'invalidate' ? effect.key : effect.kind));
    expect(stale).toEqual(
      expect.arrayContaining([keys.leadLists, keys.lead('l1'), keys.offers, keys.incidents]),
    );
  });

  test('after a reload nothing counts any more', () => {
    expect(effectsOf({ event: 'reload', data: {} })).toEqual([{ kind: 'invalidate-all' }]);
  });
});

describe('a message of the event stream', () => {
  test('is read for every name of the contract', () => {
    for (const name of LIVE_EVENT_NAMES) {
      expect(readLiveEvent(name, '{}')).toEqual({ event: name, data: {} });
    }
  });

  test('is left alone where its name is not known or it was cut off', () => {
    expect(readLiveEvent('surprise', '{}')).toBeUndefined();
    expect(readLiveEvent('lead', '{"leadId":')).toBeUndefined();
  });
});
