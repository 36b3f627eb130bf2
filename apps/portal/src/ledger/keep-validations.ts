/** Keeps the steps of Validates, and what they come to. */
import type { ValidationStep } from '@leads/contracts';
import type { Validation } from '@leads/contracts/portal-api';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { PortalTables, ValidationStepsTable } from '../tables.ts';
import { foldSteps } from './fold-steps.ts';
import { storable, storableJson } from './storable.ts';
import type { Touched } from './touched.ts';

/** Adds steps, each once, and folds the Validates that they belong to anew. */
export async function keepValidations(
  transaction: Kysely<PortalTables>,
  steps: readonly ValidationStep[],
): Promise<Touched> {
  const told = await transaction
    .insertInto('validation_steps')
    .values(steps.map(rowOf))
    .onConflict((conflict) => conflict.doNothing())
    .returning('validation_id')
    .execute();
  const ids = [...new Set(told.map((row) => row.validation_id))].sort();
  const folded = await foldValidations(transaction, ids);
  const ended = folded.filter(({ finishedAt }) => finishedAt !== undefined);
  return { validations: ids, offers: [...new Set(ended.map(({ connectionId }) => connectionId))] };
}

/** Says of Validates what their steps come to. */
export async function foldValidations(
  transaction: Kysely<PortalTables>,
  ids: readonly string[],
): Promise<Validation[]> {
  if (ids.length === 0) return [];
  const rows = await transaction
    .selectFrom('validation_steps')
    .selectAll()
    .where('validation_id', 'in', ids)
    .execute();
  const folded = [...Map.groupBy(rows, (row) => row.validation_id).values()].flatMap(
    (own) => foldSteps(own.map(stepOf)) ?? [],
  );
  const all = <Key extends keyof Validation>(key: Key): (NonNullable<Validation[Key]> | null)[] =>
    folded.map((validation) => validation[key] ?? null);
  await sql`
    insert into validations (validation_id, connection_id, started_at, finished_at, passed, folded)
    select * from unnest(${all('validationId')}::uuid[], ${all('connectionId')}::uuid[],
                         ${all('startedAt')}::timestamptz[], ${all('finishedAt')}::timestamptz[],
                         ${all('passed')}::boolean[], ${folded.map(storableJson)}::jsonb[])
      as given (validation_id, connection_id, started_at, finished_at, passed, folded)
    order by validation_id
    on conflict (validation_id) do update
      set started_at = excluded.started_at, finished_at = excluded.finished_at, passed = excluded.passed,
          folded = excluded.folded
  `.execute(transaction);
  return folded;
}

function rowOf(step: ValidationStep) {
  return {
    validation_id: step.validationId,
    connection_id: step.connectionId,
    at: step.at,
    name: storable(step.check),
    status: step.status,
    took_ms: step.tookMs,
    cause: step.cause === undefined ? null : storable(step.cause),
    remedy: step.remedy === undefined ? null : storable(step.remedy),
  };
}

function stepOf(row: Selectable<ValidationStepsTable>): ValidationStep {
  return {
    validationId: row.validation_id,
    connectionId: row.connection_id,
    at: row.at.toISOString(),
    check: row.name,
    status: row.status,
    tookMs: row.took_ms,
    ...(row.cause !== null && { cause: row.cause }),
    ...(row.remedy !== null && { remedy: row.remedy }),
  };
}
