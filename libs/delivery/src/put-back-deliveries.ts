/** Deliveries that could not be read, put back by a person once they can be: dead leads again, and those are replayed. */
import { randomUUID } from 'node:crypto';
import { LeadAccepted } from '@leads/contracts';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { PutBack, type TakeAgain } from '@leads/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Kysely, sql } from 'kysely';
import { notifyLanes } from './lanes/lane-notice.ts';
import { DELIVERIES } from './lanes/put-rows-aside.ts';
import { reviveDead } from './replay-leads.ts';
import type { DeliveryTables } from './tables.ts';

@Injectable()
export class PutBackDeliveries implements OnModuleInit {
  constructor(
    private readonly database: Kysely<DeliveryTables>,
    @Inject(PutBack) private readonly putBack: Pick<PutBack, 'alsoTakes'>,
    @Inject(OutboxRelay) private readonly relay: Pick<OutboxRelay<DeliveryTables>, 'wake'>,
    @Inject(DatabaseClock) private readonly clock: Pick<DatabaseClock, 'date'>,
  ) {}

  onModuleInit(): void {
    this.putBack.alsoTakes(DELIVERIES, this.takeAgain);
  }

  /** @returns those that still cannot be read, or that there is no lead of any more */
  readonly takeAgain: TakeAgain = async (records) => {
    const aside: Awaited<ReturnType<TakeAgain>>[number][] = [];
    for (const { partition, offset, value } of records) {
      const reason = await this.takeOne(offset, value?.toString() ?? '');
      if (reason !== undefined) aside.push({ partition, offset, reason });
    }
    this.relay.wake();
    return aside;
  };

  /** @returns why it stays aside, where it does */
  private async takeOne(leadId: string, content: string): Promise<string | undefined> {
    const connectionId = readConnection(content);
    if (connectionId === undefined) return 'This version cannot read the lead either.';
    return this.database.transaction().execute(async (transaction) => {
      const { numAffectedRows = 0n } = await sql`
        update deliveries set accepted = ${content}
        where lead_id = ${leadId} and connection_id = ${connectionId} and state = 'dead' and accepted is null
      `.execute(transaction);
      if (numAffectedRows === 0n) return 'There is no dead lead of this content any more.';
      const at = this.clock.date().toISOString();
      const replay = { replayId: randomUUID(), connectionId, leadIds: [leadId], requestedBy: 'put-back', at };
      await reviveDead(transaction, replay);
      await notifyLanes(transaction, { news: 'leads', connectionIds: [connectionId] });
      return undefined;
    });
  }
}

function readConnection(content: string): string | undefined {
  try {
    return LeadAccepted.parse(JSON.parse(content)).connectionId;
  } catch {
    return undefined;
  }
}
