/** Mails that are due as rows: who is sending which at the moment, and what became of it. */
import type { Notifications } from '@leads/contracts';
import { type Kysely, sql } from 'kysely';
import { tellContacts } from '../contacts/keep-contacts.ts';
import type { NotificationTables } from '../tables.ts';
import type { Occasion } from './mail-store.ts';
import type { Next } from '../smtp/decide-next.ts';
import { settling } from './settling.ts';
import { TOLD, type ToldMail } from './tell-mailed.ts';

type Database = Kysely<NotificationTables>;

/** A mail to one recipient that this process may send until its claim runs out. */
export interface ClaimedMail extends Occasion {
  recipient: string;
  recipientDomain: string;
  offerTitle: string;
  /** The organisation's origin; `null` where it is not known. */
  organization: string | null;
  /** How contacts of the connection are told; `null` where it does not say. */
  notifications: Notifications | null;
  /** Which claim this is, counted from 1: only the newest may settle the mail. */
  attempts: number;
  /** For how long the server has refused this recipient, in milliseconds; `null` where it has not. */
  refusedMs: number | null;
  /** Whether the server has taken other mails since it began to refuse this recipient. */
  othersTaken: boolean;
}

/** Which claim of which mail it is. */
type Claim = Pick<ClaimedMail, 'kind' | 'aboutId' | 'recipient' | 'attempts'>;

export interface DomainShares {
  mostOfDomain: number;
  underWay: ReadonlyMap<string, number>;
}

/**
 * Takes mails that are due for this process alone: of each connection and recipients' domain those that have waited
 * longest, and as many of one connection as of any other, so that nobody's flood delays the rest.
 * @param holdMs after which others may take them over, should this process have died
 * @param shares how many may be under way to one domain, and how many are already: a slow one leaves the rest room
 */
export async function claimMails(
  database: Database,
  limit: number,
  holdMs: number,
  { mostOfDomain, underWay }: DomainShares = { mostOfDomain: limit, underWay: new Map() },
): Promise<ClaimedMail[]> {
  if (limit <= 0) return [];
  const { rows } = await sql<ClaimedMail>`
    with recursive waiting as (
      -- One step of the index a connection and domain, however many mails each of them has.
      (select connection_id, recipient_domain from mails where state = 'due'
       order by connection_id, recipient_domain limit 1)
      union all
      select next.connection_id, next.recipient_domain from waiting cross join lateral (
        select connection_id, recipient_domain from mails
        where state = 'due'
          and (mails.connection_id, mails.recipient_domain) > (waiting.connection_id, waiting.recipient_domain)
        order by connection_id, recipient_domain limit 1
      ) as next
    ), next as (
      select waiting.connection_id, waiting.recipient_domain, next.*,
             row_number() over (partition by waiting.connection_id, waiting.recipient_domain order by next.due_at) as place
      from waiting cross join lateral (
        select kind, about_id, recipient, due_at from mails
        where state = 'due' and mails.connection_id = waiting.connection_id
          and mails.recipient_domain = waiting.recipient_domain and due_at <= now()
        order by due_at limit ${limit}
      ) as next
    ), turns as (
      select kind, about_id, recipient, recipient_domain, due_at,
             row_number() over (partition by connection_id order by place, due_at) as turn
      from next
    ), shares as (
      select *, row_number() over (partition by recipient_domain order by turn, due_at) as share from turns
    ), busy as (
      select * from unnest(${[...underWay.keys()]}::text[], ${[...underWay.values()]}::int[]) as busy (recipient_domain, mails)
    ), due as (
      select mails.kind, mails.about_id, mails.recipient from mails join shares using (kind, about_id, recipient)
      left join busy on busy.recipient_domain = shares.recipient_domain
      where share + coalesce(busy.mails, 0) <= ${mostOfDomain} and mails.state = 'due' and mails.due_at <= now()
      order by turn, random() limit ${limit} for update of mails skip locked
    )
    update mails set attempts = attempts + 1, due_at = now() + ${holdMs} * interval '1 millisecond'
    from due, connections
    where mails.kind = due.kind and mails.about_id = due.about_id and mails.recipient = due.recipient
      and connections.connection_id = mails.connection_id
    returning mails.kind, mails.about_id as "aboutId", mails.connection_id as "connectionId", event,
      mails.recipient, recipient_domain as "recipientDomain", attempts,
      (extract(epoch from now() - refused_since) * 1000)::float8 as "refusedMs",
      exists (select from mails as other
              where other.settled_at > mails.refused_since and other.state = 'sent') as "othersTaken",
      offer_title as "offerTitle", organization, notifications
  `.execute(database);
  return rows;
}

/** Holds on to claimed mails that are still being sent. Those that another process has taken over stay its own. */
export async function holdMails(database: Database, mails: readonly Claim[], holdMs: number): Promise<void> {
  await sql`
    update mails set due_at = now() + ${holdMs} * interval '1 millisecond'
    from unnest(${mails.map(({ kind }) => kind)}::text[], ${mails.map(({ aboutId }) => aboutId)}::uuid[],
                ${mails.map(({ recipient }) => recipient)}::text[],
                ${mails.map(({ attempts }) => attempts)}::integer[]) as held (kind, about_id, recipient, attempts)
    where mails.kind = held.kind and mails.about_id = held.about_id and mails.recipient = held.recipient
      and mails.attempts = held.attempts and mails.state = 'due'
  `.execute(database);
}

/**
 * Records what became of a claimed mail: settled, and told of, or due again.
 * @param said what the server said; `null` where it took the mail
 * @returns the mail's state now; `undefined` where another process has taken it over since
 */
export async function settleMail(
  database: Database,
  mail: Claim,
  next: Next,
  said: string | null,
): Promise<'sent' | 'refused' | 'due' | undefined> {
  const state = next.kind === 'again' ? 'due' : next.kind;
  const isRecipients = next.kind === 'again' && next.isRecipients;
  const became = sql<ToldMail & { state: 'sent' | 'refused' | 'due' }>`
    update mails set state = ${state}, last_failure = ${said},
      reason = ${next.kind === 'refused' ? said : null},
      refused_since = case when ${isRecipients} then coalesce(refused_since, now()) else refused_since end,
      settled_at = case when ${state !== 'due'} then now() end,
      due_at = case when ${state === 'due'}
               then now() + ${next.kind === 'again' ? next.inMs : 0}::float8 * interval '1 millisecond' else due_at end
    where kind = ${mail.kind} and about_id = ${mail.aboutId} and recipient = ${mail.recipient} and state = 'due'
      and attempts = ${mail.attempts}
    returning ${TOLD}
  `;
  const [row] = await settling(database, became, async (transaction, rows) => {
    if (rows.length > 0 && next.kind !== 'again') await noteAddress(transaction, rows, next, said);
  });
  return row?.state;
}

/** How long after its first "no such mailbox" a server's second one is a second opinion. */
const SECOND_OPINION = sql`interval '1 hour'`;

/** Marks an address that the server says does not exist, and takes the mark off where it took a mail. */
async function noteAddress(
  transaction: Database,
  [mail]: readonly ToldMail[],
  next: Exclude<Next, { kind: 'again' }>,
  said: string | null,
): Promise<void> {
  if (!mail || (next.kind === 'refused' && !next.isAddress)) return;
  const mark =
    next.kind === 'sent'
      ? sql`bounced_at = null, bounce_reason = null, struck_off = false`
      : sql`bounced_at = coalesce(bounced_at, now()), bounce_reason = ${said},
            struck_off = struck_off or coalesce(bounced_at <= now() - ${SECOND_OPINION}, false)`;
  const { numAffectedRows = 0n } = await sql`
    update contacts set ${mark} from connections
    where connections.connection_id = ${mail.connection_id} and contacts.contacts_of = connections.contacts_of
      and contacts.address = lower(${mail.recipient}) and ${next.kind === 'sent' ? sql`bounced_at is not null` : sql`true`}
  `.execute(transaction);
  if (numAffectedRows > 0n) await tellContacts(transaction);
}
