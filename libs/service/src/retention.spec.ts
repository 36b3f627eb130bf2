import { describe, expect, test } from '@jest/globals';
import { surelyGoneAfterMs, topics } from '@leads/contracts';
import { DAY_MS } from '@leads/pacing';
import fc from 'fast-check';
import { leadDaysOf, type RetentionSettings, retentionOf, retentionSettings } from './retention.ts';
import { readSettings } from './settings.ts';

const settingsOf = (given: Record<string, string>): RetentionSettings =>
  readSettings(given, retentionSettings, (faults) => {
    throw new Error(faults);
  });

describe('how long what is kept', () => {
  test('is as documented without any setting', () => {
    expect(retentionOf(settingsOf({}))).toEqual({
      leadsMs: 365 * DAY_MS,
      leastLeadsMs: 30 * DAY_MS,
      mostLeadsMs: 1_095 * DAY_MS,
      payloadMs: 7 * DAY_MS,
      putAsideMs: 90 * DAY_MS,
      leadsPutAsideMs: 365 * DAY_MS,
      auditMs: 400 * DAY_MS,
    });
  });

  test.each([
    ['LEAD_RETENTION_DAYS', topics.leadsAccepted],
    ['LEAD_RETENTION_DAYS_MIN', topics.leadsOutcomes],
    ['AUDIT_RETENTION_DAYS', topics.incidents],
  ])('%s is never shorter than a record can be read again', (name, topic) => {
    const days = surelyGoneAfterMs(topic) / DAY_MS;
    expect(() => settingsOf({ [name]: String(days - 1) })).toThrow(name);
    expect(settingsOf({ [name]: String(days) })).toMatchObject({ [name]: days });
  });

  test('of leads is within the bounds, whatever was chosen and however the settings lie', () => {
    const days = fc.integer({ min: 16, max: 3_650 });
    fc.assert(
      fc.property(
        days,
        days,
        days,
        fc.option(fc.integer({ min: 1, max: 9_999 })),
        (own, one, other, chosen) => {
          const [least, most] = [Math.min(one, other), Math.max(one, other)];
          const settings = settingsOf({
            LEAD_RETENTION_DAYS: String(own),
            LEAD_RETENTION_DAYS_MIN: String(least),
            LEAD_RETENTION_DAYS_MAX: String(most),
            PAYLOAD_DAYS: String(own),
          });
          const kept = leadDaysOf(settings, chosen);
          expect(kept).toBeGreaterThanOrEqual(least);
          expect(kept).toBeLessThanOrEqual(most);
          const wanted = chosen ?? own;
          if (wanted >= least && wanted <= most) expect(kept).toBe(wanted);
          expect(retentionOf(settings).payloadMs).toBeLessThanOrEqual(least * DAY_MS);
        },
      ),
    );
  });
});
