import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { Alert, alertOf } from './connection-events.ts';
import { Trouble } from './incidents.ts';

/** `alerts.v1` as it was before transitions were told. */
const AlertOfBefore = z.object({
  alertId: z.uuid(),
  connectionId: z.uuid(),
  at: z.iso.datetime(),
  kind: z.enum([
    'connection-failing',
    'connection-restored',
    'connection-warning',
    'secret-expiring',
    'record-quarantined',
  ]),
  what: z.string(),
  remedy: z.string(),
});

const told = {
  alertId: '0195b7a4-1111-7222-8333-444455556688',
  connectionId: '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293',
  at: new Date('2026-11-22T09:30:00Z'),
  what: 'What.',
  remedy: 'Remedy.',
};

describe('an alert in today’s form', () => {
  test.each(Trouble.options)('%s is read by a service of before, noticed and over', (trouble) => {
    for (const transition of ['triggered', 'cleared'] as const) {
      const alert = alertOf({ ...told, trouble, transition });
      expect(AlertOfBefore.safeParse(alert).success).toBe(true);
      expect(Alert.parse(alert)).toEqual(alert);
    }
  });

  test('with a trouble that a newer service made is read', () => {
    const alert = alertOf({ ...told, trouble: 'leads-refused', transition: 'triggered' });
    expect(Alert.parse({ ...alert, trouble: 'made-tomorrow' }).trouble).toBe('made-tomorrow');
  });
});
