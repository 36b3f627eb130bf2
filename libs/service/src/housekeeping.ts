/** Housekeeping: in every service, once a minute, what is older than it is to be kept is removed. */
import { topics } from '@leads/contracts';
import {
  type Aged,
  aged,
  type DatabaseClock,
  removeAged,
  type WithOutbox,
  type WithUndecodable,
} from '@leads/database';
import { MINUTE_MS, Rounds, SECOND_MS } from '@leads/pacing';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { type Kysely, sql, type SqlBool } from 'kysely';
import type { Logger } from './log.ts';
import type { Retention } from './retention.ts';

/** No round takes longer than this and one statement; the next goes on. */
const ROUND_MS = 30 * SECOND_MS;

/**
 * The tables that every schema has. What was put aside of `leads.accepted.v1`, and a delivery that cannot be read, is a
 * lead that was promised to be kept: it goes no sooner than a dead one.
 */
export function sharedAges({ putAsideMs, leadsPutAsideMs }: Retention): Aged[] {
  const isLead = sql<SqlBool>`topic in (${topics.leadsAccepted.name}, 'deliveries')`;
  const putAside = (table: string, since: string) => [
    aged(table, { since, forMs: putAsideMs, only: sql<SqlBool>`not ${isLead}` }),
    aged(table, { since, forMs: leadsPutAsideMs, only: isLead }),
  ];
  return [
    ...putAside('undecodable', 'kept_at'),
    ...putAside('outbox_refused', 'refused_at'),
    aged('used_requests', { since: 'forget_at', forMs: 0 }),
  ];
}
const SHARED_AGED = ['undecodable', 'outbox_refused', 'used_requests'];

/** What stays in every schema, whatever its age, and why. */
const SHARED_NOT_AGED: Readonly<Record<string, string>> = {
  migrations: 'one row a migration',
  outbox: 'what waits to be published; it goes once it is',
  outbox_lock: 'one row, which whoever publishes holds meanwhile',
};

/** Which tables of a service's schema it is decided of: to go by age, or to stay for a reason. */
export function decidedTables(ages: readonly Aged[], notAged: Readonly<Record<string, string>>): string[] {
  const tables = [...SHARED_AGED, ...ages.map(({ table }) => table)];
  return [...new Set([...tables, ...Object.keys(SHARED_NOT_AGED), ...Object.keys(notAged)])].sort();
}

/** Keeps house in every instance; what one removes at the moment, the others pass over. */
export class Housekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    database: Kysely<WithOutbox & WithUndecodable>,
    rules: readonly Aged[],
    clock: Pick<DatabaseClock, 'date'>,
    log: Pick<Logger, 'info' | 'warn'>,
  ) {
    this.rounds = new Rounds(
      async (signal) => {
        const endsAt = performance.now() + ROUND_MS;
        const removed = await removeAged(database, rules, {
          now: clock.date(),
          goOn: () => !signal.aborted && performance.now() < endsAt,
          onError: (error, table) =>
            log.warn({ error, table }, 'old rows could not be removed; it is tried again in a minute'),
        });
        if (Object.keys(removed).length > 0) log.info({ removed }, 'old rows were removed');
      },
      {
        everyMs: MINUTE_MS,
        firstMs: MINUTE_MS,
        onError: (error) => log.warn({ error }, 'a round of housekeeping failed; the next is in a minute'),
      },
    );
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }
}
