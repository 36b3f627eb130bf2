/** What goes of the tables of credentials once it is old. */
import { surelyGoneAfterMs, topics } from '@leads/contracts';
import { type Aged, aged } from '@leads/database';
import type { Retention } from '@leads/service';
import { sql, type SqlBool } from 'kysely';

/** An alert or an incident that comes again is known for as long as it can. */
const REMEMBERED_MS = surelyGoneAfterMs(topics.alerts, topics.validations, topics.incidents);

export function credentialsAges({ auditMs }: Retention): Aged[] {
  return [
    aged('incident_signals', {
      since: 'changed_at',
      forMs: REMEMBERED_MS,
      only: sql<SqlBool>`not stands`,
    }),
    aged('incidents', { since: 'ended_at', forMs: REMEMBERED_MS }),
    aged('failed_validations', { since: 'failed_at', forMs: REMEMBERED_MS }),
    aged('audit', { since: 'at', forMs: auditMs }),
    replacedVersions(auditMs),
    aged('expiry_alerts', {
      since: 'alerted_at',
      forMs: auditMs,
      // Of a secret that is in use, whoever was warned is not to be warned again.
      only: sql<SqlBool>`not exists (
        select from connections where id = expiry_alerts.connection_id and facts ->> 'state' <> 'deleted'
          and (facts -> 'secret' ->> 'version')::int = expiry_alerts.secret_version)`,
    }),
  ];
}

/** Versions of connections, by when the next one replaced them: the present one stays, whatever its age. */
function replacedVersions(auditMs: number): Aged {
  return {
    table: 'connection_versions',
    forMs: auditMs,
    remove: ({ before, limit }) => sql`
      delete from connection_versions using (
        select past.connection_id, past.version
        from connection_versions as next
        join connection_versions as past
          on past.connection_id = next.connection_id and past.version = next.version - 1
        where next.changed_at < ${before}
        order by next.changed_at limit ${limit} for update of past skip locked
      ) as past
      where connection_versions.connection_id = past.connection_id and connection_versions.version = past.version
    `,
  };
}

/** What stays, whatever its age, and why. */
export const NOT_AGED: Readonly<Record<string, string>> = {
  connections:
    'one row a connection; a deleted one stays as a tombstone, so that its address is never given away again',
  secrets: 'those in use; what is replaced or deleted is erased at once',
  master_keys: 'one row a master key, which tells a wrong one',
  incidents_lock: 'no row: it is there to be locked',
  rotation_lock: 'no row: it is there to be locked',
  refusals: 'one row a connection, while its secret is refused',
};
