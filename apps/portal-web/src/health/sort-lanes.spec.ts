import { describe, expect, test } from '@jest/globals';
import type { Lane } from '@leads/contracts/portal-api';
import fc from 'fast-check';
import { concernOf, needsAttention, sortLanes, stateOf } from './sort-lanes.ts';

const now = new Date('2026-11-22T12:00:00Z');
const ago = (minutes: number): string => new Date(now.getTime() - minutes * 60_000).toISOString();

function laneWith(part: Partial<Lane>): Lane {
  return {
    connectionId: '7b9f5b1e-1d2c-4b3a-9c8d-000000000001',
    publisher: { id: 'contoso', name: 'Contoso' },
    offer: { id: 'crm', title: 'Contoso CRM' },
    url: 'https://contoso.crm4.dynamics.com',
    state: 'published',
    counts: { accepted: 0, written: 0, pending: 0, dead: 0 },
    inFlight: 0,
    permitted: 4,
    breaker: { state: 'closed' },
    ...part,
  };
}

const withPending = { accepted: 3, written: 0, pending: 3, dead: 0 };
const withDead = { accepted: 3, written: 0, pending: 0, dead: 3 };
const failing = laneWith({ breaker: { state: 'open' }, counts: withPending, oldestPendingAt: ago(60) });
const reason = { cause: 'secret-expiring', what: 'It expires soon.', remedy: 'Replace it.' };
const troubled = laneWith({ incident: { ...reason, since: ago(9) }, throttledUntil: ago(-1) });
const late = laneWith({ counts: withPending, oldestPendingAt: ago(6) });
const dead = laneWith({ counts: withDead });
const throttled = laneWith({ counts: withPending, oldestPendingAt: ago(60), throttledUntil: ago(-1) });
const writing = laneWith({ counts: withPending, oldestPendingAt: ago(1) });
const healthy = laneWith({});

describe('what is the matter with a lane', () => {
  test('is named by the worst of it', () => {
    expect(
      [failing, troubled, late, dead, throttled, writing, healthy].map((lane) => concernOf(lane, now)),
    ).toEqual(['failing', 'incident', 'late', 'dead', 'throttled', 'waiting', 'none']);
  });

  test('is nothing late where a person has paused it', () => {
    expect(concernOf({ ...late, state: 'paused' }, now)).toBe('paused');
  });

  test('is no throttling once the time that Dynamics asked for is over', () => {
    expect(concernOf({ ...throttled, throttledUntil: ago(1) }, now)).toBe('late');
  });

  test('always has words', () => {
    for (const lane of [failing, late, dead, throttled, writing, healthy]) {
      expect(stateOf(lane, now).meaning).not.toBe('');
    }
  });

  test('is called by the kind of its incident', () => {
    const refused = { ...reason, since: ago(9), kind: 'leads-refused' };
    expect(stateOf(laneWith({ incident: refused }), now).word).toBe('Leads refused');
    expect(stateOf(troubled, now).word).toBe('Incident');
  });
});

test('who needs help comes first, whatever the order they came in', () => {
  const sorted = [failing, late, dead, throttled, writing, healthy];
  fc.assert(
    fc.property(fc.shuffledSubarray(sorted, { minLength: 2 }), (lanes) => {
      expect(sortLanes(lanes, now)).toEqual(sorted.filter((lane) => lanes.includes(lane)));
    }),
  );
});

test('what heals by itself needs nobody', () => {
  expect([throttled, writing, healthy].some((lane) => needsAttention(lane, now))).toBe(false);
  expect([failing, late, dead].every((lane) => needsAttention(lane, now))).toBe(true);
});
