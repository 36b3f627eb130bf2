/** The mail server takes nothing: after a while an incident for the operators, and its end with the first mail that goes out. */
import { randomUUID } from 'node:crypto';
import { alertOf, NO_CONNECTION, topics, type TroubleTold } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import { MINUTE_MS } from '@leads/pacing';
import { AmissError, type ReadinessCheck } from '@leads/service';
import { type Kysely, type QueryExecutorProvider, sql } from 'kysely';
import { Gauge } from 'prom-client';
import type { Explained } from '../smtp/explain-refusals.ts';
import type { NotificationTables } from '../tables.ts';

type Database = Kysely<NotificationTables>;

/** How long the mail server may take nothing before operators are told, in milliseconds: restarts are over by then. */
export const TROUBLE_AFTER_MS = 2 * MINUTE_MS;

/** At /metrics, for whoever is told of trouble in another way than by mail. */
const failing = new Gauge({
  name: 'notification_mail_server_failing',
  help: '1 while this process is taken no mails by the mail server.',
});

const trouble = new Gauge({
  name: 'notification_mail_trouble',
  help: '1 by the cause for which this process is taken no mails.',
  labelNames: ['cause'],
});

/**
 * The mail server took nothing, and not for a recipient's or a mail's sake.
 * @param said its words
 * @returns whether it was told by this call
 */
export function serverFails(
  database: Database,
  { cause, what, remedy }: Explained,
  said: string,
  now: Date,
): Promise<boolean> {
  failing.set(1);
  trouble.reset();
  trouble.set({ cause }, 1);
  return database.transaction().execute(async (transaction) => {
    await sql`
      insert into mail_server (failing_since, cause, remedy) values (${now}, ${cause}, ${remedy})
      on conflict (one) do update set cause = excluded.cause, remedy = excluded.remedy
        where mail_server.cause is distinct from excluded.cause
    `.execute(transaction);
    const { rows } = await sql`
      update mail_server set told = true
      where not told and failing_since <= ${new Date(now.getTime() - TROUBLE_AFTER_MS)} returning one
    `.execute(transaction);
    if (rows.length === 0) return false;
    await tell(transaction, now, {
      transition: 'triggered',
      what: `Mails wait. ${what} It said: ${said}`,
      remedy: `Nothing is lost: mails go out by themselves once it takes them. ${remedy}`,
    });
    return true;
  });
}

/** The mail server took a mail. */
export async function serverWorks(database: Database, now: Date): Promise<void> {
  failing.set(0);
  trouble.reset();
  await database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ told: boolean }>`delete from mail_server returning told`.execute(
      transaction,
    );
    if (rows[0]?.told !== true) return;
    const over = { what: 'The mail server takes mails again.', remedy: 'Nothing need be done.' };
    await tell(transaction, now, { transition: 'cleared', ...over });
  });
}

/** Whether the mail server takes mails, as far as any process found out. Without it mails wait, and nothing else does. */
export function mailServerCheck(database: QueryExecutorProvider): ReadinessCheck {
  return {
    name: 'mail server',
    needed: false,
    otherwise: 'takes no mails: they wait',
    check: async () => {
      const { rows } = await sql<{ since: Date; cause: string | null; remedy: string | null }>`
        select failing_since as since, cause, remedy from mail_server
      `.execute(database);
      const [server] = rows;
      if (!server) return;
      const { since, cause, remedy } = server;
      throw new AmissError(
        `takes no mails since ${since.toISOString()}`,
        ['takes no mails: they wait', cause ?? [], remedy ?? []].flat().join('. '),
      );
    },
  };
}

async function tell(
  transaction: Database,
  at: Date,
  told: Pick<TroubleTold, 'transition' | 'what' | 'remedy'>,
): Promise<void> {
  const alert = alertOf({
    ...{ alertId: randomUUID(), connectionId: NO_CONNECTION, at },
    ...{ trouble: 'mail-trouble', cause: 'mail-server' },
    place: { scope: 'system', id: 'notification' },
    ...told,
  });
  await addToOutbox(transaction, topics.alerts, [alert]);
}
