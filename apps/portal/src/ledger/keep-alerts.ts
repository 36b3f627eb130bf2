/** Keeps alerts. */
import type { Alert } from '@leads/contracts';
import type { Kysely } from 'kysely';
import type { PortalTables } from '../tables.ts';
import { storable } from './storable.ts';
import type { Touched } from './touched.ts';

/** Keeps each alert once. */
export async function keepAlerts(
  transaction: Kysely<PortalTables>,
  alerts: readonly Alert[],
): Promise<Touched> {
  const rows = alerts.map((alert) => ({
    alert_id: alert.alertId,
    connection_id: alert.connectionId,
    at: alert.at,
    kind: alert.kind,
    what: storable(alert.what),
    remedy: storable(alert.remedy),
  }));
  const kept = await transaction
    .insertInto('alerts')
    .values(rows)
    .onConflict((conflict) => conflict.column('alert_id').doNothing())
    .returning('connection_id')
    .execute();
  return { offers: [...new Set(kept.map((row) => row.connection_id))] };
}
