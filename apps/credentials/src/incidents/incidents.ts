/** Incidents as people look at them and act on them. */
import { Incident } from '@leads/contracts';
import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';
import { addToAudit, type AuditedAct } from '../audit.ts';
import type { CredentialsTables } from '../tables.ts';
import { acknowledge, type Folded, type Picture, resolve, type Rules } from './fold-incidents.ts';
import type { IncidentFilter } from './incident-requests.ts';
import { changePicture, readPicture } from './incident-store.ts';

/** What came of acting on an incident; `over` is nothing: it had ended already. */
export type Acted = { kind: 'done' | 'over'; incident: Incident } | { kind: 'unknown' };

/** Before every other id. */
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

export interface IncidentsOptions {
  database: Kysely<CredentialsTables>;
  rules: Rules;
  /** Told after each commit, so that the event need not wait. */
  wakeRelay: () => void;
  now: () => Date;
}

export class Incidents {
  constructor(private readonly options: IncidentsOptions) {}

  /** Incidents that the filter lets through, those that changed last first, `limit` at most. */
  async list({
    state,
    kind,
    publisherId,
    connectionId,
    before,
    beforeId,
    limit,
  }: IncidentFilter): Promise<Incident[]> {
    const { rows } = await sql<{ incident: Incident }>`
      select incident from incidents
      where (${state ?? null}::text is null or incident ->> 'state' = ${state ?? null}
             or (${state ?? null} = 'unresolved' and incident ->> 'state' <> 'resolved'))
        and (${kind ?? null}::text is null or incident ->> 'kind' = ${kind ?? null})
        and (${publisherId ?? null}::text is null or incident -> 'publisherIds' ? ${publisherId ?? null}::text)
        and (${connectionId ?? null}::text is null or incident -> 'connectionIds' ? ${connectionId ?? null}::text)
        and (${before ?? null}::timestamptz is null
             or (changed_at, incident_id) < (${before ?? null}::timestamptz, ${beforeId ?? LOWEST_ID}::uuid))
      order by changed_at desc, incident_id desc limit ${limit}
    `.execute(this.options.database);
    return rows.map(({ incident }) => Incident.parse(incident));
  }

  /** @returns `undefined` where there is none, or none any more */
  async find(incidentId: string): Promise<Incident | undefined> {
    const row = await this.row(this.options.database, incidentId);
    return row && Incident.parse(row.incident);
  }

  /** A person takes it on: contacts are reminded no more. Once is enough; again changes nothing. */
  acknowledge(incidentId: string, who: string): Promise<Acted> {
    return this.act(incidentId, who, 'incident acknowledged', (picture, key, now) =>
      acknowledge(picture, key, who, now),
    );
  }

  /** A person says that it is over. Should its cause be told of again, it is open again. */
  resolve(incidentId: string, who: string): Promise<Acted> {
    const { rules } = this.options;
    return this.act(incidentId, who, 'incident resolved', (picture, key, now) =>
      resolve(picture, key, who, now, rules),
    );
  }

  private async act(
    incidentId: string,
    who: string,
    what: AuditedAct,
    fold: (picture: Picture, key: string, now: Date) => Folded,
  ): Promise<Acted> {
    const { database, now, wakeRelay } = this.options;
    const at = now();
    let found: Awaited<ReturnType<Incidents['row']>>;
    const read = async (transaction: Transaction<CredentialsTables>): Promise<Picture> => {
      found = await this.row(transaction, incidentId);
      return readPicture(transaction, { connectionIds: [], keys: found ? [found.incident_key] : [] });
    };
    const told = await changePicture(database, at, read, async (picture, transaction) => {
      const isActedOn = found && found.ended_at === null && found.incident.state !== 'resolved';
      if (!found || !isActedOn) return { picture, transitions: [] };
      const folded = fold(picture, found.incident_key, at);
      if (folded.transitions.length > 0)
        await addToAudit(transaction, { at, who, what, details: { incidentId } });
      return folded;
    });
    wakeRelay();
    if (!found) return { kind: 'unknown' };
    const [latest] = told;
    if (latest) return { kind: 'done', incident: latest };
    const kind = found.incident.state === 'resolved' ? 'over' : 'done';
    return { kind, incident: Incident.parse(found.incident) };
  }

  private row(database: Kysely<CredentialsTables>, incidentId: string) {
    return database
      .selectFrom('incidents')
      .select(['incident_key', 'incident', 'ended_at'])
      .where('incident_id', '=', incidentId)
      .executeTakeFirst();
  }
}
