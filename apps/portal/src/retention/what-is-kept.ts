/** What is kept for how long, in words for people, of every service: the settings are the same in all of them. */
import { surelyGoneAfterMs, type Topic, topics } from '@leads/contracts';
import type { KeptStore } from '@leads/contracts/portal-api';
import { DAY_MS } from '@leads/pacing';
import { leadDaysOf, type RetentionSettings, retentionOf } from '@leads/service';

const daysIn = (ms: number): number => Math.round((ms / DAY_MS) * 100) / 100;
const readAgain = (...of: Topic[]): number => daysIn(surelyGoneAfterMs(...of));
const daysOf = ({ retention }: Topic): number =>
  retention.policy === 'delete' ? daysIn(retention.ms) : Infinity;

/**
 * The stores that hold what customers said first, then those that say who did what.
 * @param chosen the days that the publisher of who asks chose, or nothing
 */
export function whatIsKept(settings: RetentionSettings, chosen: number | null): KeptStore[] {
  const retention = retentionOf(settings);
  const leadDays = leadDaysOf(settings, chosen);
  const putAsideDays = daysIn(retention.putAsideMs);
  const auditDays = daysIn(retention.auditMs);
  return [
    {
      what: 'Leads that wait: what the customer said, and the body as it was posted',
      until: 'they are written or dead',
      setBy: 'system',
    },
    {
      what: 'Leads that are written or dead, here: what the customer said, the body as it was posted, the timeline',
      days: leadDays,
      since: 'they were written or died',
      setBy: 'publisher',
      setting: 'LEAD_RETENTION_DAYS',
    },
    {
      what: 'Dead leads where they would be delivered from again',
      days: leadDays,
      since: 'they died',
      setBy: 'publisher',
      setting: 'LEAD_RETENTION_DAYS',
    },
    {
      what: 'What a written lead said, where it was delivered from',
      days: daysIn(retention.payloadMs),
      since: 'it was written',
      setBy: 'operator',
      setting: 'PAYLOAD_DAYS',
    },
    {
      what: 'Leads on their way between the services (Kafka)',
      days: Math.max(daysOf(topics.leadsAccepted), daysOf(topics.leadsOutcomes)),
      since: 'they were accepted, and told of',
      setBy: 'system',
    },
    {
      what: 'Posts to a lead address in which no lead was recognised',
      days: Math.min(putAsideDays, leadDays),
      since: 'they came',
      setBy: 'publisher',
      setting: 'PUT_ASIDE_RETENTION_DAYS',
    },
    {
      what: 'Records and events that could not be read or published',
      days: putAsideDays,
      since: 'they were put aside',
      setBy: 'operator',
      setting: 'PUT_ASIDE_RETENTION_DAYS',
    },
    {
      what: 'Accepted leads among these',
      days: daysIn(retention.leadsPutAsideMs),
      since: 'they were put aside',
      setBy: 'operator',
      setting: 'LEAD_RETENTION_DAYS',
    },
    {
      what: 'Mails about leads that went out or were refused',
      days: readAgain(topics.leadsOutcomes, topics.alerts),
      since: 'they went out',
      setBy: 'system',
    },
    {
      what: 'Mails that wait for a contact outside the publisher’s domains',
      until: 'the contact confirms or declines, or the days that are set for it are over',
      setBy: 'operator',
      setting: 'CONTACT_MAILS_HELD_DAYS',
    },
    {
      what: 'Mails that could not be sent',
      days: Math.max(putAsideDays, readAgain(topics.leadsOutcomes, topics.alerts)),
      since: 'they were written',
      setBy: 'operator',
      setting: 'PUT_ASIDE_RETENTION_DAYS',
    },
    {
      what: 'Company and name of the customers of dead leads, for mails about incidents',
      days: readAgain(topics.leadsOutcomes, topics.alerts),
      since: 'the lead died',
      setBy: 'system',
    },
    {
      what: 'Which leads somebody asked to have delivered again',
      days: daysIn(retention.leastLeadsMs),
      since: 'it was asked, but those that wait',
      setBy: 'operator',
      setting: 'LEAD_RETENTION_DAYS_MIN',
    },
    {
      what: 'The audit; resolved incidents; Validates but the newest of each offer; former versions of connection details',
      days: auditDays,
      since: 'it happened',
      setBy: 'operator',
      setting: 'AUDIT_RETENTION_DAYS',
    },
  ];
}
