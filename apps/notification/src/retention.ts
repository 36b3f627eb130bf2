/** What goes of notification's tables once it is old. */
import { surelyGoneAfterMs, topics } from '@leads/contracts';
import { type Aged, aged } from '@leads/database';
import type { Retention } from '@leads/service';
import { sql, type SqlBool } from 'kysely';

/** How long a settled mail is kept, in milliseconds: without its row a replayed topic would send it again. */
const KEPT_MS = surelyGoneAfterMs(topics.leadsOutcomes, topics.alerts);
/** The same of mails about incidents, which the topic keeps for longer. */
const INCIDENTS_KEPT_MS = surelyGoneAfterMs(topics.incidents);

const OF_INCIDENTS = sql<SqlBool>`kind = 'incident'`;
const OF_OTHERS = sql<SqlBool>`kind <> 'incident'`;

export function notificationAges({ putAsideMs }: Retention): Aged[] {
  // What nobody could be sent for so long would tell of what is long past; of the mail server operators were told.
  const unsent = (keptMs: number, of: typeof OF_OTHERS) =>
    aged('mails', {
      since: 'created_at',
      forMs: Math.max(putAsideMs, keptMs),
      only: sql<SqlBool>`settled_at is null and ${of}`,
    });
  return [
    aged('mails', { since: 'settled_at', forMs: KEPT_MS, only: OF_OTHERS }),
    aged('mails', { since: 'settled_at', forMs: INCIDENTS_KEPT_MS, only: OF_INCIDENTS }),
    unsent(KEPT_MS, OF_OTHERS),
    unsent(INCIDENTS_KEPT_MS, OF_INCIDENTS),
    aged('incident_news', { since: 'received_at', forMs: Math.max(putAsideMs, INCIDENTS_KEPT_MS) }),
    // Who has declined is remembered: nobody is asked again by being taken off a list and put on it.
    aged('contacts', { since: 'unlisted_at', forMs: putAsideMs, only: sql<SqlBool>`state <> 'declined'` }),
    aged('refused_customers', { since: 'died_at', forMs: KEPT_MS }),
  ];
}

/** What stays, whatever its age, and why. */
export const NOT_AGED: Readonly<Record<string, string>> = {
  connections: 'one row a connection: whom to write to of its leads; a deleted one has late mails',
  publishers: 'one row a publisher: the domains of its own',
  mail_server: 'one row at most, while the mail server takes nothing',
};
