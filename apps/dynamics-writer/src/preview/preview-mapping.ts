/** The walk of a preview: what the organisation said ▸ the records that lookups are bound to ▸ the mapping tried on a lead. */
import { setTimeout as delay } from 'node:timers/promises';
import type { MappingPreview, MappingPreviewRequest } from '@leads/contracts';
import type { Connection } from '@leads/delivery';
import { SECOND_MS, within } from '@leads/pacing';
import type { Kysely } from 'kysely';
import { judgeRefusedToken } from '../dynamics/judge-answer.ts';
import type { WebApi } from '../dynamics/web-api.ts';
import { askRecord } from '../organization/ask-organization.ts';
import { type Read, readOf } from '../organization/judge-organization.ts';
import type { Readings, SharedReading } from '../organization/readings.ts';
import { Refusals } from '../organization/refusals.ts';
import type { WriterTables } from '../tables.ts';
import type { Tokens } from '../tokens/tokens.ts';
import { type Bound, referencesOf } from './entries.ts';
import type { KnownForTrial } from './known-for-trial.ts';
import { hasFaults, tryMapping } from './try-mapping.ts';

/** A reading this old still counts as now, in milliseconds: nobody has the organisation asked at every click. */
const RECENT_MS = 20 * SECOND_MS;

/** How long the answer takes on its way back, in milliseconds. */
const WAY_BACK_MS = 250;

/** How often to see whether the connection is known at that version, in milliseconds. */
const LOOK_MS = 100;

export interface PreviewParts {
  database: Kysely<WriterTables>;
  tokens: Pick<Tokens, 'tokenFor'>;
  readings: Readings;
  /** With what a connection asks; keeps the pace of its identity. */
  http: (connection: Connection) => WebApi['http'];
}

/** A connection as this writer has heard of it. */
interface Heard extends Connection {
  version: number;
  liftedAt: Date | null;
  refusals: string | null;
}

/**
 * Tries a mapping on a lead, with the reading of the organisation that is kept. It is asked anew where none is kept, where a
 * person has acted since, and before anything is called a fault, for its administrator may just have mended that.
 * @returns `undefined` where the connection was deleted
 */
export async function previewMapping(
  connectionId: string,
  { version, mapping, lead, withinMs }: MappingPreviewRequest,
  parts: PreviewParts,
): Promise<MappingPreview | undefined> {
  const until = performance.now() + withinMs - WAY_BACK_MS;
  const connection = await hear(connectionId, version, until, parts.database);
  if (connection === 'deleted') return undefined;
  const known = connection ? await find(connection, mapping, until, parts) : UNHEARD;
  return tryMapping(mapping, known, lead);
}

const UNHEARD: KnownForTrial = {
  table: { unknown: 'The Dynamics writer has not heard of the connection as it is now.' },
  records: new Map(),
  refused: [],
};

/** The connection at this version or a later one, which its event may be about to tell of. */
async function hear(
  connectionId: string,
  version: number,
  until: number,
  database: Kysely<WriterTables>,
): Promise<Heard | 'deleted' | undefined> {
  for (;;) {
    const row = await database
      .selectFrom('lanes')
      .select(['version', 'url', 'state', 'secret_version', 'identity_hash', 'lifted_at', 'refusals'])
      .where('connection_id', '=', connectionId)
      .executeTakeFirst();
    if (row && row.version >= version) {
      const { url, secret_version: secretVersion, identity_hash: identityHash, refusals } = row;
      return row.state === 'deleted'
        ? 'deleted'
        : {
            ...{ connectionId, version: row.version, url, secretVersion, identityHash, refusals },
            liftedAt: row.lifted_at,
          };
    }
    if (performance.now() + LOOK_MS >= until) return undefined;
    await delay(LOOK_MS);
  }
}

async function find(
  connection: Heard,
  mapping: MappingPreviewRequest['mapping'],
  until: number,
  { tokens, readings, http }: PreviewParts,
): Promise<KnownForTrial> {
  const refusals = new Refusals();
  refusals.read(connection.refusals, connection.version);
  const ending = new AbortController();
  const shared = readings.of({ ...connection, whenEnded: ending.signal }, () => undefined);
  try {
    await shared.takeKept();
    const isDue =
      isOutdated(shared, connection) ||
      (shared.latest !== undefined && hasFaults(mapping, shared.latest.table));
    const asksAnew = isDue && !isRecent(shared, connection);
    const wantsToken = asksAnew || Object.keys(mapping.lookups ?? {}).length > 0;
    const asking = wantsToken ? await sign(connection, until, tokens, http) : undefined;
    const before = shared.readAt;
    if (asksAnew && asking?.kind === 'ready')
      await shared.lookNow(asking.webApi, until - performance.now(), Date.now());
    const why = !asksAnew || shared.readAt !== before ? undefined : whyNot(asking);
    const records =
      asking?.kind === 'ready'
        ? await lookUp(referencesOf(mapping, shared.table), asking.webApi, until)
        : new Map<string, Read<boolean>>();
    return {
      table: shared.latest?.table ?? { unknown: why ?? NO_ANSWER },
      readAt: shared.readAt,
      ...(why !== undefined && shared.readAt && { stale: staleSince(shared.readAt, why) }),
      records,
      refused: refusals.told(),
    };
  } finally {
    ending.abort();
  }
}

type Signed = { kind: 'ready'; webApi: WebApi } | { kind: 'not-signed-in'; why: string };

async function sign(
  connection: Connection,
  until: number,
  tokens: PreviewParts['tokens'],
  http: PreviewParts['http'],
): Promise<Signed> {
  const left = Math.max(1, until - performance.now());
  const token = await within(left, () => tokens.tokenFor(connection)).catch(() => undefined);
  if (token?.kind !== 'token') {
    const why = token ? judgeRefusedToken(token.reason).reason.what : 'There was no access token in time.';
    return { kind: 'not-signed-in', why };
  }
  const { accessToken, organization } = token;
  return { kind: 'ready', webApi: { http: http(connection), organization, accessToken } };
}

/** Whether what is kept is no answer any more: there is none, a person has acted since, or it lacks what is asked today. */
function isOutdated({ latest, table, readAt }: SharedReading, { liftedAt }: Heard): boolean {
  if (!latest || !readAt) return true;
  return (liftedAt !== null && readAt < liftedAt) || (table !== undefined && !table.secured);
}

/** Whether it was read a moment ago, and after whatever a person did last. */
function isRecent(shared: SharedReading, connection: Heard): boolean {
  return !isOutdated(shared, connection) && isReadSince(shared, Date.now() - RECENT_MS);
}

function isReadSince({ readAt }: SharedReading, moment: number): boolean {
  return readAt !== undefined && readAt.getTime() >= moment;
}

const NO_ANSWER = 'The organization gave no clear answer about its lead table in time.';

function whyNot(asking: Signed | undefined): string {
  return asking?.kind === 'not-signed-in' ? asking.why : NO_ANSWER;
}

function staleSince(readAt: Date, why: string): string {
  return `The mapping was checked against what the organization said on ${readAt.toISOString().slice(0, 16).replace('T', ' ')} UTC: it could not be asked anew. ${why}`;
}

/** Looks whether the records are there, by their references. */
async function lookUp(
  references: readonly Bound[],
  asked: WebApi,
  until: number,
): Promise<Map<string, Read<boolean>>> {
  const left = Math.max(1, until - performance.now());
  const looked = references.map(async ({ reference, table }) => {
    const told = await within(left, () => askRecord(asked, reference, table && `${table}id`)).catch(
      () => undefined,
    );
    const read = told && readOf(told);
    return [reference, read ?? { unknown: 'Dynamics gave no clear answer in time.' }] as const;
  });
  return new Map(await Promise.all(looked));
}
