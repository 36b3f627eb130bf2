/** How long what is kept: the settings, and what comes of them for everything that holds customers' data or grows. */
import { surelyGoneAfterMs, topics } from '@leads/contracts';
import { DAY_MS } from '@leads/pacing';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';

/** While a record can be read again, what it told must be known: no bound may be below this, in days. */
const READ_AGAIN_DAYS = Math.ceil(
  surelyGoneAfterMs(topics.leadsAccepted, topics.leadsOutcomes, topics.leadsRepeated, topics.leadsMailed) /
    DAY_MS,
);
const LONGEST_DAYS = 3_650;
/** The same of incidents. The databases keep an audit for 90 days at least, whatever is asked of them. */
const LEAST_AUDIT_DAYS = Math.ceil(surelyGoneAfterMs(topics.incidents) / DAY_MS);

const days = (least: number) => z.coerce.number().int().min(least).max(LONGEST_DAYS);

/** Settings of every service, to be the same in all of them; `.env.example` describes each. */
export const retentionSettings = {
  /** What customers said, from when their lead was written or died: of publishers who chose nothing. */
  LEAD_RETENTION_DAYS: days(READ_AGAIN_DAYS).default(365),
  /** The bounds of what a publisher may choose instead. */
  LEAD_RETENTION_DAYS_MIN: days(READ_AGAIN_DAYS).default(30),
  LEAD_RETENTION_DAYS_MAX: days(READ_AGAIN_DAYS).default(1_095),
  /** What a written lead said, where it was delivered from. */
  PAYLOAD_DAYS: z.coerce.number().min(0).max(LONGEST_DAYS).default(7),
  /** What could not be read, published or sent. */
  PUT_ASIDE_RETENTION_DAYS: days(1).default(90),
  /** Who did what, and how connections and incidents were. */
  AUDIT_RETENTION_DAYS: days(LEAST_AUDIT_DAYS).default(400),
};

export type RetentionSettings = z.infer<z.ZodObject<typeof retentionSettings>>;

/** What the settings come to, in milliseconds. */
export interface Retention {
  /** Of leads whose publisher chose nothing. */
  leadsMs: number;
  leastLeadsMs: number;
  mostLeadsMs: number;
  payloadMs: number;
  putAsideMs: number;
  /** Of what was put aside and is a lead that was accepted: as long as a dead one. */
  leadsPutAsideMs: number;
  auditMs: number;
}

/** The bounds hold for what nobody chose too, and what a written lead said never outlives the least of them. */
export function retentionOf(settings: RetentionSettings): Retention {
  const leadsMs = leadDaysOf(settings, null) * DAY_MS;
  const putAsideMs = settings.PUT_ASIDE_RETENTION_DAYS * DAY_MS;
  return {
    leadsMs,
    leastLeadsMs: leadDaysOf(settings, 0) * DAY_MS,
    mostLeadsMs: leadDaysOf(settings, LONGEST_DAYS) * DAY_MS,
    payloadMs: Math.min(settings.PAYLOAD_DAYS, leadDaysOf(settings, 0)) * DAY_MS,
    putAsideMs,
    leadsPutAsideMs: Math.max(leadsMs, putAsideMs),
    auditMs: settings.AUDIT_RETENTION_DAYS * DAY_MS,
  };
}

/** For how many days leads are kept of a publisher who chose so many, or nothing (`null`). */
export function leadDaysOf(settings: RetentionSettings, chosen: number | null): number {
  const { LEAD_RETENTION_DAYS, LEAD_RETENTION_DAYS_MIN: least, LEAD_RETENTION_DAYS_MAX: most } = settings;
  return Math.max(least, Math.min(most, chosen ?? LEAD_RETENTION_DAYS));
}

/**
 * {@link leadDaysOf} in SQL: before when what a publisher's customers said goes.
 * @param chosen the column with the days that its publisher chose, or null
 */
export function leadsBefore(
  { leadsMs, leastLeadsMs, mostLeadsMs }: Retention,
  chosen: RawBuilder<unknown>,
  now: Date,
): RawBuilder<Date> {
  const inDays = (ms: number) => sql`${ms / DAY_MS}::int`;
  return sql<Date>`(
    ${now}::timestamptz - greatest(${inDays(leastLeadsMs)},
      least(${inDays(mostLeadsMs)}, coalesce(${chosen}, ${inDays(leadsMs)}))) * interval '1 day'
  )`;
}
