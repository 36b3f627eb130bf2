/**
 * The walk of the portal: what the other services tell becomes the ledger that people look at.
 *
 * Each batch is one transaction: rows, counts, and the live events that tell of them. A record that comes again
 * changes nothing, and no order between topics is relied on: what is heard of a lead before its acceptance is kept
 * in a placeholder that the acceptance completes. What is older than its publisher keeps leads is left out.
 */
import { Controller, Inject } from '@nestjs/common';
import { topics } from '@leads/contracts';
import { DatabaseClock } from '@leads/database';
import { OnTopic, type Received } from '@leads/kafka';
import { RETENTION, type Retention } from '@leads/service';
import { Kysely } from 'kysely';
import { RecordLinks } from './ledger/record-links.ts';
import { addMade, addMails, addRepeats } from './ledger/add-to-timeline.ts';
import { keepConnections, shareConnections } from './ledger/keep-connections.ts';
import { keepContacts } from './ledger/keep-contacts.ts';
import { keepIncidents } from './ledger/keep-incidents.ts';
import { keepLanes } from './ledger/keep-lanes.ts';
import { keepValidations } from './ledger/keep-validations.ts';
import { acceptLeads } from './ledger/know-leads.ts';
import { publishChanges } from './ledger/publish-changes.ts';
import { settleLeads } from './ledger/settle-leads.ts';
import { stillKept } from './ledger/still-kept.ts';
import type { Touched } from './ledger/touched.ts';
import type { PortalTables } from './tables.ts';

@Controller()
export class KeepLedger {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly links: RecordLinks,
    @Inject(RETENTION) private readonly retention: Retention,
    @Inject(DatabaseClock) private readonly clock: Pick<DatabaseClock, 'date'>,
  ) {}

  @OnTopic(topics.connections)
  connectionsChanged(records: Received<typeof topics.connections>[]): Promise<void> {
    return this.keep((transaction) => keepConnections(transaction, valuesOf(records)));
  }

  @OnTopic(topics.leadsAccepted)
  leadsAccepted(records: Received<typeof topics.leadsAccepted>[]): Promise<void> {
    return this.keep(async (transaction) => {
      await shareConnections(transaction);
      const kept = await this.kept(transaction, records);
      const { leads = [] } = await acceptLeads(transaction, kept);
      const { leads: made = [] } = await addMade(transaction, valuesOf(kept));
      return { leads: [...leads, ...made] };
    });
  }

  @OnTopic(topics.leadsOutcomes)
  leadsSettled(records: Received<typeof topics.leadsOutcomes>[]): Promise<void> {
    return this.keep(async (transaction) => {
      await shareConnections(transaction);
      return settleLeads(transaction, await this.kept(transaction, records));
    });
  }

  @OnTopic(topics.leadsRepeated)
  leadsRepeated(records: Received<typeof topics.leadsRepeated>[]): Promise<void> {
    return this.keep(async (transaction) =>
      addRepeats(transaction, valuesOf(await this.kept(transaction, records))),
    );
  }

  @OnTopic(topics.leadsMailed)
  leadsMailed(records: Received<typeof topics.leadsMailed>[]): Promise<void> {
    return this.keep(async (transaction) =>
      addMails(transaction, valuesOf(await this.kept(transaction, records))),
    );
  }

  @OnTopic(topics.validations)
  validationsStepped(records: Received<typeof topics.validations>[]): Promise<void> {
    return this.keep((transaction) => keepValidations(transaction, valuesOf(records)));
  }

  @OnTopic(topics.incidents)
  incidentsMoved(records: Received<typeof topics.incidents>[]): Promise<void> {
    return this.keep((transaction) => keepIncidents(transaction, valuesOf(records)));
  }

  @OnTopic(topics.contacts)
  contactsChanged(records: Received<typeof topics.contacts>[]): Promise<void> {
    return this.keep((transaction) => keepContacts(transaction, valuesOf(records)));
  }

  @OnTopic(topics.lanes)
  lanesReported(records: Received<typeof topics.lanes>[]): Promise<void> {
    return this.keep((transaction) => keepLanes(transaction, valuesOf(records)));
  }

  private kept<T extends Parameters<typeof stillKept>[1][number]>(
    transaction: Kysely<PortalTables>,
    records: readonly T[],
  ): Promise<readonly T[]> {
    return stillKept(transaction, records, this.retention, this.clock.date());
  }

  private async keep(write: (transaction: Kysely<PortalTables>) => Promise<Touched>): Promise<void> {
    await this.database.transaction().execute(async (transaction) => {
      await publishChanges(transaction, await write(transaction), this.links);
    });
  }
}

function valuesOf<Value>(records: readonly { value: Value }[]): Value[] {
  return records.map(({ value }) => value);
}
