import { describe, expect, test } from '@jest/globals';
import { entryWords, nextAttempt } from './timeline-words.ts';

const at = '2026-11-22T14:05:09.000Z';
const reason = { cause: 'role-missing', what: 'Dynamics refused it.', remedy: 'Assign the role.' };

describe('a timeline in words', () => {
  test('an attempt that failed says what Dynamics answered, and what to do', () => {
    const words = entryWords({ kind: 'deferred', at, attempts: 2, reason, nextAttemptAt: at });
    expect(words).toMatchObject({
      tone: 'waiting',
      title: 'Not written yet (2 attempts)',
      detail: reason.what,
      next: reason.remedy,
    });
  });

  test('attempts that were not told one by one are counted', () => {
    const words = entryWords({
      kind: 'deferred',
      at,
      attempts: 31,
      reason,
      nextAttemptAt: at,
      deferrals: 30,
    });
    expect(words.detail).toBe('Dynamics refused it. So it was 30 times since it was told before.');
  });

  test('a lead that a person had made says who, and of what', () => {
    const made = { kind: 'made', at, id: '', by: 'ann@contoso.example' } as const;
    const words = (['kept-post', 'repeat', 'deleted-connection'] as const).map((from) =>
      entryWords({ ...made, from }),
    );
    expect(new Set(words.map(({ title }) => title))).toEqual(new Set(['Made by ann@contoso.example']));
    expect(words.map(({ detail }) => detail?.match(/put aside|repeat|deleted/)?.[0])).toEqual([
      ...['put aside', 'repeat', 'deleted'],
    ]);
  });

  test('a lead that its connection keeps says why, and whether it still does', () => {
    const held = { kind: 'held', at, incidentId: '', reason } as const;
    expect(entryWords(held)).toEqual({
      ...{ tone: 'waiting', title: 'Waits for its connection', detail: reason.what },
    });
    expect(entryWords({ ...held, until: at })).toEqual({
      ...{ tone: 'quiet', title: 'Waited for its connection', detail: reason.what },
    });
  });

  test('a dead lead is never shown as waiting', () => {
    expect(entryWords({ kind: 'dead', at, attempts: 1, reason }).tone).toBe('bad');
  });

  test('a mail that some refused says who it reached, and what to mend', () => {
    const recipients = [
      { address: 'sales@contoso.example', result: 'sent' as const },
      { address: 'gone@contoso.example', result: 'refused' as const, reason: 'no such mailbox' },
    ];
    const words = entryWords({ kind: 'mailed', at, recipients });
    expect(words).toMatchObject({ tone: 'warning', title: 'E-mail sent to 1 contact' });
    expect(words.next).toContain('contact e-mail');
  });

  test('a mail that waits for contacts to confirm says so, and is no fault', () => {
    const waiting = ['ann@partner.example'];
    expect(entryWords({ kind: 'mailed', at, recipients: [], waiting })).toEqual({
      ...{ tone: 'quiet', title: 'The e-mail waits for contacts to confirm' },
    });
    const sent = { address: 'sales@contoso.example', result: 'sent' as const };
    expect(entryWords({ kind: 'mailed', at, recipients: [sent], waiting })).toEqual({
      ...{ tone: 'good', title: 'E-mail sent to 1 contact' },
    });
  });

  test('written says how long it took', () => {
    const written = { kind: 'written', at, attempts: 1, crmId: '', crmUrl: '' } as const;
    expect(entryWords(written, 85).detail).toBe('85 ms after it was accepted.');
  });

  test('what was found there says that an earlier attempt had reached Dynamics', () => {
    const written = { kind: 'written', at, attempts: 2, crmId: '', crmUrl: '', foundThere: true } as const;
    expect(entryWords(written).detail).toBe('It was there already: an earlier attempt had reached Dynamics.');
  });
});

describe('the next attempt of a lead', () => {
  const after = (ms: number): string => new Date(Date.parse(at) + ms).toISOString();
  const deferred = (nextMs: number) =>
    ({ kind: 'deferred', at, attempts: 1, reason, nextAttemptAt: after(nextMs) }) as const;
  const written = { kind: 'written', at: after(20_000), attempts: 2, crmId: '', crmUrl: '' } as const;
  const seen = (ms: number): Date => new Date(Date.parse(at) + ms);

  test('is told while it is ahead', () => {
    const entry = deferred(60_000);
    const next = { kind: 'planned', at: entry.nextAttemptAt };
    expect(nextAttempt([entry], true, seen(5_000))).toEqual({ entry, next });
  });

  test.each([55_000, 60_000, 3_000_000])(
    'is told as one that goes on by itself where %d ms have passed, for the next telling may be an hour away',
    (ms) => {
      const entry = deferred(60_000);
      expect(nextAttempt([entry], true, seen(ms))).toEqual({ entry, next: { kind: 'due' } });
    },
  );

  test('is that of the newest entry alone, whatever else is told beside', () => {
    const [first, second] = [deferred(60_000), deferred(120_000)];
    const others = [{ kind: 'repeated', at } as const, { kind: 'held', at, incidentId: '', reason } as const];
    expect(nextAttempt([first, second, ...others], true, seen(0))?.entry).toBe(second);
  });

  test.each([
    ['was written', [deferred(60_000), written], false],
    ['is dead', [deferred(60_000), { kind: 'dead', at, attempts: 2, reason } as const], false],
    ['was replayed', [deferred(60_000), { kind: 'replayed', at } as const], true],
    ['is not pending any more, though its end is not told yet', [deferred(60_000)], false],
    ['was never tried', [{ kind: 'accepted', at } as const], true],
  ])('is none where the lead %s', (_what, entries, isPending) => {
    expect(nextAttempt(entries, isPending, seen(0))).toBeUndefined();
  });
});
