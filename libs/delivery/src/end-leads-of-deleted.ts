/** The walk of a deletion: whoever drained the lane has finished ▸ what still waits there is dead, and told so, in batches. */
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONNECTION_DELETED, type Reason } from '@leads/contracts';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { Rounds, SECOND_MS } from '@leads/pacing';
import { LOG, type Logger } from '@leads/service';
import { Kysely, sql } from 'kysely';
import { DESTINATION, type Destination } from './destination.ts';
import { readRows, ROW, type RowRead, type Settlement } from './lanes/deliveries.ts';
import { settleDeliveriesIn } from './lanes/settle-deliveries.ts';
import { putRowsAsideIn } from './lanes/put-rows-aside.ts';
import { freeAbandonedDeleted } from './lanes/leases.ts';
import type { DeliveryTables } from './tables.ts';

/** From one look for deleted connections with leads that wait to the next, in milliseconds. */
const LOOK_EVERY_MS = 2 * SECOND_MS;

/** Leads that end in one transaction: others that count for the same connection wait for no longer than that takes. */
const AT_A_TIME = 500;

/** Runs in every instance, beside the rounds that renew leases and never within them. */
@Injectable()
export class EndLeadsOfDeleted implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly database: Kysely<DeliveryTables>,
    @Inject(OutboxRelay) private readonly relay: Pick<OutboxRelay<DeliveryTables>, 'wake'>,
    @Inject(DESTINATION) private readonly destination: Pick<Destination, 'name'>,
    @Inject(DatabaseClock) private readonly clock: Pick<DatabaseClock, 'date'>,
    @Inject(LOG) private readonly log: Pick<Logger, 'info' | 'warn'>,
  ) {
    this.rounds = new Rounds((signal) => this.endAll(signal), {
      everyMs: LOOK_EVERY_MS,
      onError: (error) =>
        log.warn({ error }, 'leads of deleted connections could not be ended; it is tried again in a moment'),
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  /** Ends what waits for deleted connections, those that have come since the deletion too. */
  async endAll(signal: AbortSignal): Promise<void> {
    await freeAbandonedDeleted(this.database);
    while (!signal.aborted) {
      const ended = await this.endSome();
      if (!ended) return;
      this.relay.wake();
      this.log.info(ended, 'leads of a deleted connection are dead');
    }
  }

  /** @returns how many ended of one connection; `undefined` where nothing waits any more, or another instance is at it */
  private endSome(): Promise<{ connectionId: string; leads: number } | undefined> {
    return this.database.transaction().execute(async (transaction) => {
      // Locked, so that a connection that is saved anew keeps what has not ended by then. No round that renews leases
      // asks for such a row: nobody holds it.
      const { rows: lanes } = await sql<{ connectionId: string; fence: number }>`
        select connection_id as "connectionId", fence from lanes
        where state = 'deleted' and owner is null
          and exists (select from deliveries
                      where deliveries.connection_id = lanes.connection_id and deliveries.state = 'pending')
        limit 1 for update skip locked
      `.execute(transaction);
      const [lane] = lanes;
      if (!lane) return undefined;
      const { rows } = await sql<RowRead>`
        select ${ROW} from deliveries where connection_id = ${lane.connectionId} and state = 'pending'
        order by due_at limit ${AT_A_TIME}
      `.execute(transaction);
      const { due, undecodable } = readRows(rows);
      const at = this.clock.date();
      const settlements = due.map((delivery): Settlement => {
        const reason = reasonOf(delivery.isUnclear, this.destination.name);
        return { delivery, end: { kind: 'dead', reason, byPerson: true }, at };
      });
      if (due.length > 0) await settleDeliveriesIn(transaction, lane, settlements);
      if (undecodable.length > 0) await putRowsAsideIn(transaction, lane, undecodable, at);
      return { connectionId: lane.connectionId, leads: rows.length };
    });
  }
}

function reasonOf(isUnclear: boolean, name: string): Reason {
  return {
    cause: CONNECTION_DELETED,
    what: isUnclear
      ? `The connection was deleted before it was known whether the lead had reached ${name}: an attempt got no answer, and nobody can look any more.`
      : `The connection was deleted before the lead was written into ${name}.`,
    remedy: isUnclear
      ? `Look for the customer in ${name}. If nothing is there, take the lead along with an export and enter it by hand.`
      : 'Take the lead along with an export, and enter it by hand where it is still wanted.',
  };
}
