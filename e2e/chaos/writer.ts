/**
 * `npm run chaos -- writer --seed N`: 5,000 leads over 10 connections, three writers of which one is killed every
 * five seconds, every fault of the emulators, broker and database restarted once each. In the end each lead is in its
 * organisation exactly once, or visibly dead with a true reason, and no service has ended by itself. Prints one JSON
 * line; exit code 1 where it is not so.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { eventually } from '@leads/testing';
import type { Connection, Service } from '@leads/tools';
import { inChaos, type Chaos } from './stage.ts';
import { inParallel, post } from '../marketplace.ts';
import { anyFault } from './faults.ts';
import { chance, type Chance } from './random.ts';

const CONNECTIONS = 10;
const KILL_EVERY_MS = 5_000;
const RESTART_AFTER_MS = 15_000;
/** For all that was broken: a busy machine takes minutes to start a broker. */
const BACK_WITHIN_MS = 240_000;
const FAULT_EVERY_MS = 700;
const AT_A_TIME = 16;
/** Leads whose company holds this are refused by a plug-in of every organisation: they must end dead, and only they. */
const REFUSED = 'Refused by rule';
const REFUSED_EVERY = 100;

const { values } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, leads: { type: 'string', default: '5000' } },
});
const seed = Number(values.seed);
const leads = Number(values.leads);

const result = await inChaos({ writers: 3 }, (chaos) => run(chaos, chance(seed)));
process.stdout.write(`${JSON.stringify({ chaos: 'writer', seed, ...result })}\n`);
process.exit(result.ok ? 0 : 1);

async function run(chaos: Chaos, random: Chance): Promise<Record<string, unknown> & { ok: boolean }> {
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, number) =>
      chaos.arena.connect(`chaos${number}.crm4.dynamics.com`, {
        limits: { latencyMs: 10 },
        plugins: [{ column: 'companyname', contains: REFUSED }],
      }),
    ),
  );
  const calm = new AbortController();
  const ended = new AbortController();
  const supervised = supervise(chaos, ended.signal);
  const restarted = restartStores(chaos);
  const troubles = [strike(chaos, connections, random, calm.signal), killWriters(chaos, random, calm.signal)];
  const accepted = await postAll(connections);
  // A fast run has posted its last lead well before the last restart.
  const struck = [await restarted];
  calm.abort();
  struck.push(...(await Promise.all(troubles)));
  await chaos.arena.noFaults();
  await eventually(
    async () => {
      const known = await chaos.arena.count('select count(*) as value from writer.deliveries');
      const pending = await chaos.arena.count(
        `select count(*) as value from writer.deliveries where state = 'pending'`,
      );
      if (known < accepted.size || pending > 0)
        throw new Error(`${pending} leads are pending, ${known} are known`);
    },
    { timeoutMs: BACK_WITHIN_MS, everyMs: 500 },
  ).catch(() => undefined);
  ended.abort();
  struck.push(await supervised);
  return judge(chaos, connections, accepted, struck);
}

/** Posts every lead until it is accepted, as a sender that repeats; ids to whether the plug-in refuses them. */
async function postAll(connections: readonly Connection[]): Promise<Map<string, boolean>> {
  const accepted = new Map<string, boolean>();
  await inParallel(
    Array.from({ length: leads }, (_, number) => number),
    AT_A_TIME,
    async (number) => {
      const refused = number % REFUSED_EVERY === 0;
      const address = connections[number % connections.length]?.leadAddress ?? '';
      const leadId = await eventually(
        async () => {
          const id = await post(address, leadOf(number, refused));
          if (id === undefined) throw new Error('not accepted');
          return id;
        },
        { timeoutMs: 120_000, everyMs: 100 },
      );
      accepted.set(leadId, refused);
    },
  );
  return accepted;
}

function leadOf(number: number, refused: boolean): Record<string, unknown> {
  return {
    userDetails: { lastName: `Lead ${number}`, company: refused ? REFUSED : 'Adatum' },
    leadSource: 'AzureMarketplace-INS|contoso.contoso-analytics',
    actionCode: 'INS',
    offerTitle: 'Contoso Analytics',
  };
}

/** Strikes a random organisation every moment, and Entra ID now and then. */
async function strike(
  { arena }: Chaos,
  connections: readonly Connection[],
  random: Chance,
  calm: AbortSignal,
): Promise<Record<string, number>> {
  const struck: Record<string, number> = {};
  while (await pause(FAULT_EVERY_MS, calm)) {
    const fault = anyFault(random);
    await arena.fault({ host: random.oneOf(connections).host, ...fault });
    struck[fault.kind] = (struck[fault.kind] ?? 0) + 1;
    if (random.next() < 0.1) {
      await arena.fault({ host: 'login.microsoftonline.com', kind: 'aadsts', code: 90033, forMs: 1_500 });
      struck['aadsts'] = (struck['aadsts'] ?? 0) + 1;
    }
  }
  return struck;
}

/** Kills one that is at work, and starts it again; the next kill does not wait until that one is back. */
async function killWriters(
  { arena }: Chaos,
  random: Chance,
  calm: AbortSignal,
): Promise<Record<string, number>> {
  const coming = new Map<Service, Promise<void>>();
  let kills = 0;
  while (await pause(KILL_EVERY_MS, calm)) {
    const atWork = arena.stack.writers.filter((writer) => !coming.has(writer));
    if (atWork.length === 0) continue;
    const victim = random.oneOf(atWork);
    await victim.kill('SIGKILL');
    kills += 1;
    coming.set(
      victim,
      comeBack(victim).finally(() => coming.delete(victim)),
    );
  }
  await Promise.all(coming.values());
  return { kills };
}

/** Settles when it is ready again, for which it needs its group, and so the broker. */
async function comeBack(writer: Service): Promise<void> {
  try {
    await writer.restart();
  } catch {
    // Not ready in time, which is no failure while a store is away; that it ended would be told again.
    await writer.untilReady(BACK_WITHIN_MS);
  }
}

/** Counts what ended by itself, tells its last words, and starts it again as whoever runs it in production does. */
async function supervise({ arena }: Chaos, ended: AbortSignal): Promise<Record<string, number>> {
  let selfEnded = 0;
  while (await pause(1_000, ended)) {
    const { 'ingest-gateway': gateway, credentials } = arena.stack.services;
    for (const service of [gateway, credentials, ...arena.stack.writers]) {
      if (!service.exit || service.exit.signal === 'SIGKILL') continue;
      selfEnded += 1;
      const words = readFileSync(service.log, 'utf8').trimEnd().split('\n').slice(-5);
      process.stderr.write(`${service.instance} ended by itself:\n${words.join('\n')}\n`);
      await service.restart();
    }
  }
  return { selfEnded };
}

async function restartStores({ restartBroker, restartDatabase }: Chaos): Promise<Record<string, number>> {
  let restarts = 0;
  for (const restart of [restartBroker, restartDatabase]) {
    await delay(RESTART_AFTER_MS);
    await restart();
    restarts += 1;
  }
  // What the last one broke is felt while the other troubles go on.
  await delay(RESTART_AFTER_MS);
  return { restarts };
}

/** @returns false once it is to be calm */
async function pause(ms: number, calm: AbortSignal): Promise<boolean> {
  await delay(ms, undefined, { signal: calm }).catch(() => undefined);
  return !calm.aborted;
}

async function judge(
  { arena }: Chaos,
  connections: readonly Connection[],
  accepted: Map<string, boolean>,
  struck: Record<string, number>[],
): Promise<Record<string, unknown> & { ok: boolean }> {
  const records = (await Promise.all(connections.map((connection) => arena.records(connection)))).flat();
  const ids = new Set(records.map(({ leadid }) => leadid));
  const dead = await arena.rows<{ lead_id: string; cause: string }>(
    `select lead_id, last_failure::json->>'cause' as cause from writer.deliveries where state = 'dead'`,
  );
  const deadIds = new Set(dead.map((row) => row.lead_id));
  const pending = await arena.count(
    `select count(*) as value from writer.deliveries where state = 'pending'`,
  );
  const lost = [...accepted.keys()].filter((id) => !ids.has(id) && !deadIds.has(id)).length - pending;
  const doubled =
    records.length - ids.size + [...ids].filter((id) => !accepted.has(id) || deadIds.has(id)).length;
  const untrue = dead.filter(
    (row) => row.cause !== 'plug-in-refused' || accepted.get(row.lead_id) !== true,
  ).length;
  const counts = Object.fromEntries(struck.flatMap((counts) => Object.entries(counts)));
  const exact = accepted.size === leads && pending === 0 && lost === 0 && doubled === 0 && untrue === 0;
  return {
    ok: exact && counts['selfEnded'] === 0,
    accepted: accepted.size,
    written: ids.size,
    pending,
    dead: dead.length,
    doubled,
    lost,
    deadWithoutTrueReason: untrue,
    ...counts,
  };
}
