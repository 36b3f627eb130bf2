/** Writes down what became of leads: the state of each, and its timeline. */
import { type LeadOutcome, present, type Reason, type topics } from '@leads/contracts';
import type { LeadState } from '@leads/contracts/portal-api';
import type { Received } from '@leads/kafka';
import { type Kysely, sql } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { addToTimeline, type Entry } from './add-to-timeline.ts';
import { decidesOver, isReplay } from './deciding-outcome.ts';
import { knowTestLeads } from './know-leads.ts';
import { storable, storableJson } from './storable.ts';
import type { Touched } from './touched.ts';

type OutcomeRecord = Received<typeof topics.leadsOutcomes>;

/** Applies outcomes, whatever order they come in, and whether the lead's acceptance is known yet or not. */
export async function settleLeads(
  transaction: Kysely<PortalTables>,
  records: readonly OutcomeRecord[],
): Promise<Touched> {
  const outcomes = records.map(({ value }) => value);
  const known = await knowTestLeads(transaction, outcomes);
  const told = await addToTimeline(transaction, outcomes.map(entryOf));
  const settled = await applyOutcomes(transaction, decidingOnes(records));
  const tests = outcomes.filter(({ isTest }) => isTest).map(({ leadId }) => leadId);
  // The test lead of a Validate has the Validate's id.
  return { leads: [...new Set([...known, ...told, ...settled])], validations: tests };
}

function decidingOnes(records: readonly OutcomeRecord[]): OutcomeRecord[] {
  const deciding = new Map<string, OutcomeRecord>();
  for (const record of records) {
    const other = deciding.get(record.value.leadId);
    if (!other || decidesOver(record.value, other.value)) deciding.set(record.value.leadId, record);
  }
  return [...deciding.values()];
}

async function applyOutcomes(
  transaction: Kysely<PortalTables>,
  records: readonly OutcomeRecord[],
): Promise<string[]> {
  const rows = records.map(rowOf);
  const all = <Key extends keyof OutcomeRow>(key: Key): OutcomeRow[Key][] => rows.map((row) => row[key]);
  const { rows: settled } = await sql<{ lead_id: string }>`
    insert into leads (lead_id, connection_id, publisher_id, is_test, state, attempts, reason, outcome_at, written_at,
                       crm_id, organization, outcome_partition, outcome_told_at)
    select lead_id, connection_id, connections.publisher_id, is_test, given.state, attempts, reason, outcome_at,
           case when given.state = 'written' then outcome_at end, crm_id, organization, outcome_partition,
           outcome_told_at
    from unnest(
      ${all('leadId')}::uuid[], ${all('connectionId')}::uuid[], ${all('isTest')}::boolean[], ${all('state')}::text[],
      ${all('attempts')}::int[], ${all('reason')}::jsonb[], ${all('at')}::timestamptz[], ${all('crmId')}::uuid[],
      ${all('organization')}::text[], ${all('partition')}::int[], ${all('toldAt')}::timestamptz[]
    ) as given (lead_id, connection_id, is_test, state, attempts, reason, outcome_at, crm_id, organization,
                outcome_partition, outcome_told_at)
    left join connections using (connection_id)
    order by lead_id
    on conflict (lead_id) do update
      set state = excluded.state, attempts = excluded.attempts, reason = excluded.reason,
          outcome_at = excluded.outcome_at, written_at = excluded.written_at, crm_id = excluded.crm_id,
          organization = excluded.organization, outcome_partition = excluded.outcome_partition,
          outcome_told_at = excluded.outcome_told_at
      where case
        when excluded.state = 'written' then leads.state <> 'written' or excluded.written_at < leads.written_at
        when leads.state = 'written' then false
        else leads.outcome_at is null
          or (excluded.attempts, excluded.outcome_at, (excluded.state = 'dead')::int)
             > (leads.attempts, leads.outcome_at, (leads.state = 'dead')::int)
      end
    returning lead_id
  `.execute(transaction);
  return settled.map((row) => row.lead_id);
}

interface OutcomeRow {
  leadId: string;
  connectionId: string;
  isTest: boolean;
  state: LeadState;
  attempts: number;
  reason: string | null;
  at: string;
  crmId: string | null;
  organization: string | null;
  partition: number;
  toldAt: string;
}

function rowOf({ value, partition, timestamp }: OutcomeRecord): OutcomeRow {
  const { leadId, connectionId, isTest, attempts, at } = value;
  const isWritten = value.outcome === 'written';
  return {
    ...{ leadId, connectionId, isTest, attempts, at, partition },
    state: value.outcome === 'deferred' ? 'pending' : value.outcome,
    reason: isWritten ? null : storableJson(value.reason satisfies Reason),
    crmId: isWritten ? value.crmId : null,
    organization: isWritten ? storable(value.organization) : null,
    toldAt: timestamp.toISOString(),
  };
}

function entryOf(outcome: LeadOutcome): Entry {
  const { leadId, connectionId, isTest, at, attempts } = outcome;
  return {
    ...{ leadId, connectionId, isTest, at },
    ...(isReplay(outcome) ? ({ kind: 'replayed', data: {} } as const) : dataOf(outcome, attempts)),
  };
}

function dataOf(outcome: LeadOutcome, attempts: number): Pick<Entry, 'kind' | 'data'> {
  switch (outcome.outcome) {
    case 'written': {
      const { crmId, organization, foundThere } = outcome;
      return { kind: 'written', data: { attempts, crmId, organization, ...present({ foundThere }) } };
    }
    case 'deferred': {
      const { reason, nextAttemptAt, deferrals } = outcome;
      return { kind: 'deferred', data: { attempts, reason, nextAttemptAt, ...present({ deferrals }) } };
    }
    case 'dead':
      return { kind: 'dead', data: { attempts, reason: outcome.reason } };
  }
}
