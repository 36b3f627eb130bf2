import { describe, expect, test } from '@jest/globals';
import type { LaneReport } from '@leads/contracts';
import { isWorthTelling } from './lane-reports.ts';

const NOON = Date.parse('2026-11-22T12:00:00.000Z');
const SINCE = '2026-11-22T11:50:00.000Z';
const REASON = { cause: 'role-missing', what: 'The role is missing.', remedy: 'Assign it.' };

const told: LaneReport = {
  connectionId: '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293',
  at: new Date(NOON).toISOString(),
  instance: 'writer-1',
  held: true,
  pending: 1_000,
  oldestPendingAt: '2026-11-22T11:59:00.000Z',
  inFlight: 4,
  permitted: 8,
  breaker: { state: 'closed' },
};

const after = (ms: number, changes: Partial<LaneReport> = {}): LaneReport => ({
  ...told,
  at: new Date(NOON + ms).toISOString(),
  ...changes,
});

describe('a lane is told of', () => {
  test('when it is taken, and when it is given up', () => {
    expect(isWorthTelling(undefined, told)).toBe(true);
    expect(isWorthTelling(told, after(1, { held: false }))).toBe(true);
  });

  test.each<[string, Partial<LaneReport>]>([
    ['its breaker opens', { breaker: { state: 'open', since: SINCE, reason: REASON } }],
    ['its organisation throttles', { throttledUntil: '2026-11-22T12:00:30.000Z' }],
    ['a tenth of its backlog is gone', { pending: 900 }],
    ['a tenth of its backlog has come', { pending: 1_100 }],
    ['its backlog is gone', { pending: 0 }],
  ])('at once when %s', (_, changes) => {
    expect(isWorthTelling(told, after(1, changes))).toBe(true);
  });

  test('at once when the first lead waits, and when the last has gone', () => {
    const none = { ...told, pending: 0 };
    expect(isWorthTelling(none, after(1, { pending: 1 }))).toBe(true);
    expect(isWorthTelling({ ...told, pending: 1 }, after(1, { pending: 0 }))).toBe(true);
  });

  test('at once when its breaker is open for another reason, is tried at another time, or closes', () => {
    const open = { state: 'open', since: SINCE, reason: REASON } as const;
    const broken = { ...told, breaker: open };
    const other = { ...open, reason: { ...REASON, cause: 'user-disabled' } };
    expect(isWorthTelling(broken, after(1, { breaker: open }))).toBe(false);
    expect(isWorthTelling(broken, after(1, { breaker: other }))).toBe(true);
    expect(isWorthTelling(broken, after(1, { breaker: { ...open, nextProbeAt: SINCE } }))).toBe(true);
    expect(isWorthTelling(broken, after(1, { breaker: { state: 'closed' } }))).toBe(true);
  });

  test.each<[string, Partial<LaneReport>]>([
    ['little of its backlog', { pending: 901 }],
    ['its oldest lead', { oldestPendingAt: '2026-11-22T11:59:01.000Z' }],
    ['what is in flight', { inFlight: 3 }],
    ['its pace', { permitted: 9 }],
  ])('after ten seconds when only %s has changed', (_, changes) => {
    expect(isWorthTelling(told, after(9_999, changes))).toBe(false);
    expect(isWorthTelling(told, after(10_000, changes))).toBe(true);
  });

  test('once a minute when nothing has changed, also where the clock was set back', () => {
    expect(isWorthTelling(told, after(59_999))).toBe(false);
    expect(isWorthTelling(told, after(60_000))).toBe(true);
    expect(isWorthTelling(told, after(-3_600_000))).toBe(true);
  });
});
