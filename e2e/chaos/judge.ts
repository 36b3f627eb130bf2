/** The oracle: what the organizations have, held against what was accepted; the product is only asked what it claims. */
import { eventually } from '@leads/testing';
import type { Arena, Connection } from '@leads/tools';
import { pluginOf } from './plug-ins.ts';

/** The accepted leads of one connection, by their ids: each one's number. */
export type Accepted = ReadonlyMap<string, number>;

export interface Judged {
  /** In their organizations. */
  there: number;
  pending: number;
  dead: number;
  /** Neither there, nor pending, nor dead. */
  lost: number;
  /** Records with the same customer, of no accepted lead, or of a lead that is called dead. */
  doubled: number;
  /** Called written by the writer or by the ledger, and not there. */
  falselyWritten: number;
  /** Dead, but not by a refusal that their organization really gave, with the cause it stands for. */
  deadWithoutTrueReason: number;
  /** Dead, and not with their cause in the list that people see. */
  deadInSilence: number;
}

/** The list takes in what it missed: minutes on a busy machine. */
const LISTED_WITHIN_MS = 180_000;

interface Claim {
  lead_id: string;
  state: 'pending' | 'written' | 'dead';
  cause: string | null;
}

export async function judge(arena: Arena, accepted: ReadonlyMap<Connection, Accepted>): Promise<Judged> {
  const claims = await arena.rows<Claim>(
    `select lead_id, state, last_failure::json->>'cause' as cause from writer.deliveries`,
  );
  const listed = await list(arena, claims);
  const judged: Judged = {
    ...{ there: 0, pending: 0, dead: 0, lost: 0, doubled: 0, falselyWritten: 0 },
    ...{ deadWithoutTrueReason: 0, deadInSilence: 0 },
  };
  for (const [connection, leads] of accepted) {
    const ofThese = ({ lead_id: id }: Claim): boolean => leads.has(id);
    await addConnection(judged, arena, connection, leads, claims.filter(ofThese), listed.filter(ofThese));
  }
  return judged;
}

async function addConnection(
  judged: Judged,
  arena: Arena,
  { host }: Connection,
  leads: Accepted,
  claims: readonly Claim[],
  listed: readonly Claim[],
): Promise<void> {
  const { control } = arena.stack.emulators;
  const found = await control.compareLeads(host, [...leads.keys()], 'emailaddress1');
  const missing = new Set(found.missing);
  const idsOf = (those: readonly Claim[], wanted: Claim['state']): Set<string> =>
    new Set(those.filter(({ state }) => state === wanted).map(({ lead_id: id }) => id));
  const [pending, dead] = [idsOf(claims, 'pending'), idsOf(claims, 'dead')];
  const claimed = [...idsOf(claims, 'written'), ...idsOf(listed, 'written')];
  const refused = Map.groupBy(await control.attempts(host), ({ leadid }) => leadid);
  const listedCauses = new Map(
    listed.flatMap(({ lead_id: id, state, cause }) => (state === 'dead' ? [[id, cause] as const] : [])),
  );
  const deaths = claims.filter(({ state }) => state === 'dead');
  judged.there += leads.size - missing.size;
  judged.pending += pending.size;
  judged.dead += dead.size;
  judged.lost += found.missing.filter((id) => !pending.has(id) && !dead.has(id)).length;
  judged.doubled +=
    found.doubled.length + found.unexpected.length + [...dead].filter((id) => !missing.has(id)).length;
  judged.falselyWritten += new Set(claimed.filter((id) => missing.has(id))).size;
  judged.deadWithoutTrueReason += deaths.filter(({ lead_id: id, cause }) => {
    const refusal = pluginOf(leads.get(id) ?? NaN)?.refusal;
    const wasGiven = refused.get(id)?.some(({ code }) => code?.toLowerCase() === refusal?.code);
    return cause !== refusal?.cause || wasGiven !== true;
  }).length;
  judged.deadInSilence += deaths.filter(({ lead_id: id, cause }) => listedCauses.get(id) !== cause).length;
}

/** What the console's ledger shows of the leads, once it has read what it missed. */
async function list(arena: Arena, claims: readonly Claim[]): Promise<Claim[]> {
  await arena.stack.services.portal.restart();
  const dead = claims.filter(({ state }) => state === 'dead').length;
  const read = (): Promise<Claim[]> =>
    arena.rows<Claim>(
      `select lead_id, state, reason->>'cause' as cause from portal.leads where accepted_at is not null`,
    );
  await eventually(
    async () => {
      const listed = await read();
      const listedDead = listed.filter(({ state }) => state === 'dead').length;
      if (listed.length < claims.length || listedDead < dead)
        throw new Error(`${listed.length} leads are listed, ${listedDead} of them dead`);
    },
    { timeoutMs: LISTED_WITHIN_MS, everyMs: 500 },
  ).catch(() => undefined);
  return read();
}
