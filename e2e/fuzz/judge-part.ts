/** What became of the bodies of one part, asked of everybody who has to do with them. */
import { readFileSync } from 'node:fs';
import type { LeadAccepted } from '@leads/contracts';
import { eventually } from '@leads/testing';
import type { Arena, Connection } from '@leads/tools';
import type { Body } from './body.ts';
import { isToBeKept, wrongsOfEvent } from './judge-answer.ts';
import type { Answered } from './send.ts';

/** Something that must not be, and the body that it is about, where it is about one. */
export interface Finding {
  what: string;
  body?: Body;
}

/** What is read of the topic of accepted leads: each event by its lead. */
export type Events = ReadonlyMap<string, LeadAccepted>;

const WITHIN = { timeoutMs: 180_000, everyMs: 250 };

/** Takes the place of a wait that may fail: what is amiss then is found by looking. */
const settled = (look: () => Promise<void> | void): Promise<unknown> =>
  eventually(look, WITHIN).catch(() => undefined);

/** Who could not read, keep or publish a record puts it there. */
const PUT_ASIDE = [
  'gateway.undecodable',
  'writer.undecodable',
  'portal.undecodable',
  'gateway.outbox_refused',
];

export async function judgePart(
  arena: Arena,
  connection: Connection,
  answers: readonly Answered[],
  events: Events,
): Promise<Finding[]> {
  const leads = new Map<string, Answered>();
  for (const answered of answers)
    for (const { leadId, isRepeat } of answered.leads)
      if (!isRepeat || !leads.has(leadId)) leads.set(leadId, answered);
  return [
    ...(await published(answers, leads, events)),
    ...(await delivered(arena, connection, leads)),
    ...(await inQuarantine(arena, connection, answers)),
    ...(await putAside(arena)),
  ];
}

async function published(
  answers: readonly Answered[],
  leads: ReadonlyMap<string, Answered>,
  events: Events,
): Promise<Finding[]> {
  await settled(() => {
    for (const id of leads.keys()) if (!events.has(id)) throw new Error(`${id} is not published yet.`);
  });
  return answers.flatMap((answered) =>
    answered.leads.flatMap(({ leadId }, place) => {
      const event = events.get(leadId);
      const wrongs = event ? wrongsOfEvent(event, answered, place) : ['it was taken in and never published'];
      return wrongs.map((what) => ({ what, body: answered.body }));
    }),
  );
}

interface Delivery {
  lead_id: string;
  state: string;
  reason: string | null;
}

/** In Dynamics and in the ledger, and nothing else there. */
async function delivered(
  arena: Arena,
  { connectionId, host }: Connection,
  leads: ReadonlyMap<string, Answered>,
): Promise<Finding[]> {
  const counted = async (query: string): Promise<void> => {
    const found = await arena.count(query);
    if (found < leads.size) throw new Error(`${found} of ${leads.size}`);
  };
  const writtenOf = (table: string): string =>
    `select count(*) as value from ${table} where connection_id = '${connectionId}' and state = 'written'`;
  await settled(() => counted(writtenOf('writer.deliveries')));
  await settled(() => counted(writtenOf('portal.leads')));
  const ofConnection = `where connection_id = '${connectionId}' and state <> 'written'`;
  const unwritten = [
    ...(await arena.rows<Delivery>(
      `select lead_id, state, last_failure::text as reason from writer.deliveries ${ofConnection}`,
    )),
    ...(await arena.rows<Delivery>(`select lead_id, state, reason::text from portal.leads ${ofConnection}`)),
  ];
  const { missing, unexpected, doubled } = await arena.stack.emulators.control.compareLeads(host, [
    ...leads.keys(),
  ]);
  const listed = await arena.count(
    `select count(*) as value from portal.leads join portal.lead_contents using (lead_id) where connection_id = '${connectionId}'`,
  );
  const about = (id: string, what: string): Finding => {
    const body = leads.get(id)?.body;
    return { what, ...(body && { body }) };
  };
  return [
    ...unwritten.map(({ lead_id: id, state, reason }) => about(id, `it is ${state}: ${reason ?? ''}`)),
    ...missing.map((id) => about(id, 'it was taken in and is not in Dynamics')),
    ...unexpected.map((id) => about(id, `in Dynamics is ${id}, which nobody was told of`)),
    ...doubled.map(({ value }) => ({ what: `in Dynamics twice: ${String(value)}` })),
    ...(listed === leads.size ? [] : [{ what: `the ledger lists ${listed} of ${leads.size} leads` }]),
  ];
}

/** Byte for byte; and emptied then, so that a million of them need no disk. */
async function inQuarantine(
  arena: Arena,
  { connectionId }: Connection,
  answers: readonly Answered[],
): Promise<Finding[]> {
  const kept = await arena.rows<{ body: Buffer }>(
    `select body from gateway.quarantine where connection_id = '${connectionId}'`,
  );
  const bodies = new Set(kept.map(({ body }) => body.toString('latin1')));
  await arena.rows(`delete from gateway.quarantine where connection_id = '${connectionId}'`);
  return answers
    .filter((answered) => isToBeKept(answered) && !bodies.has(answered.body.bytes.toString('latin1')))
    .map(({ body, status }) => ({ what: `answered ${status}, and not in quarantine as it came`, body }));
}

async function putAside(arena: Arena): Promise<Finding[]> {
  const counts = await Promise.all(
    PUT_ASIDE.map(async (table) => ({
      table,
      value: await arena.count(`select count(*) as value from ${table}`),
    })),
  );
  return counts
    .filter(({ value }) => value > 0)
    .map(({ table, value }) => ({ what: `${value} in ${table}` }));
}

/** What the services have said since the last look, of which they are told to say errors alone. */
export function newWords(arena: Arena, seen: Map<string, number>): Finding[] {
  return Object.values(arena.stack.services).flatMap(({ instance, log }) => {
    const text = readFileSync(log, 'utf8');
    const words = text.slice(seen.get(log) ?? 0);
    seen.set(log, text.length);
    const lines = words.split('\n').filter((line) => line !== '' && !line.startsWith('---'));
    return lines.slice(0, 5).map((line) => ({ what: `${instance} said: ${line.slice(0, 1_000)}` }));
  });
}
