/** Mails that wait for their contact to confirm, and how they end where nobody does. */
import { type Kysely, sql } from 'kysely';
import type { NotificationTables } from '../tables.ts';
import { settling } from './settling.ts';
import { DECLINED, TOLD, type ToldMail } from './tell-mailed.ts';

const UNLISTED = 'The contact list does not have this address any more.';
const UNCONFIRMED =
  'Nobody has confirmed by the link in our mail that mails may come to this address. Save the connection again to have it asked once more.';

const BATCH = 500;

/** Ends those whose time is over, visibly: a mail that was never sent is told of with the reason. */
export async function endHeldMails(database: Kysely<NotificationTables>): Promise<void> {
  await settling(
    database,
    sql<ToldMail>`
      with over as (
        select kind, about_id, recipient, case
          when contacts.state = 'declined' then ${DECLINED}
          when mails.kind = 'lead-written' and not exists (
            select from connections, unnest(contact_emails) as email
            where connections.connection_id = mails.connection_id and lower(email) = lower(mails.recipient)
          ) then ${UNLISTED}
          else ${UNCONFIRMED} end as reason
        from mails left join contacts using (contact_id)
        where mails.state = 'held' and mails.due_at <= now()
        order by mails.due_at limit ${BATCH} for update of mails skip locked
      )
      update mails set state = 'refused', settled_at = now(), reason = over.reason
      from over
      where mails.kind = over.kind and mails.about_id = over.about_id and mails.recipient = over.recipient
      returning ${TOLD}
    `,
  );
}
