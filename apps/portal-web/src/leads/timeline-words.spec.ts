import { describe, expect, test } from '@jest/globals';
import { entryWords } from './timeline-words.ts';

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

  test('written says how long it took', () => {
    const written = { kind: 'written', at, attempts: 1, crmId: '', crmUrl: '' } as const;
    expect(entryWords(written, 85).detail).toBe('85 ms after it was accepted.');
  });
});
