/**
 * `npm run chaos -- writer --seed N`: 5,000 leads over 10 connections, three writers of which one is killed every
 * five seconds, every fault of the emulators, customers' plug-ins, broker and database restarted once each. In the end
 * each lead is in its organization exactly once, or dead by a refusal that the organization gave and in the list that
 * people see; nothing is called written that is not there, and no service has ended by itself. Prints one JSON line;
 * exit code 1 where it is not so.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { eventually } from '@leads/testing';
import type { Connection, Service } from '@leads/tools';
import { inChaos, type Chaos } from './stage.ts';
import { inParallel, post } from '../marketplace.ts';
import { anyFault } from './faults.ts';
import { judge, type Judged } from './judge.ts';
import { pluginOf, plugins } from './plug-ins.ts';
import { BACK_WITHIN_MS, comeBack, pause, supervise } from './killing.ts';
import { chance, type Chance } from './random.ts';

const CONNECTIONS = 10;
const KILL_EVERY_MS = 5_000;
const RESTART_AFTER_MS = 15_000;
const FAULT_EVERY_MS = 700;
const AT_A_TIME = 16;
/** Once all is well again. */
const LEAD_EVERY_MS = 2_000;

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
        plugins,
      }),
    ),
  );
  const calm = new AbortController();
  const ended = new AbortController();
  const { 'ingest-gateway': gateway, credentials } = chaos.arena.stack.services;
  const supervised = supervise([gateway, credentials, ...chaos.arena.stack.writers], ended.signal);
  const restarted = restartStores(chaos);
  const troubles = [strike(chaos, connections, random, calm.signal), killWriters(chaos, random, calm.signal)];
  const accepted = new Map(connections.map((connection) => [connection, new Map<string, number>()]));
  const numbers = Array.from({ length: leads }, (_, number) => number);
  const targets = [...accepted];
  await inParallel(numbers, AT_A_TIME, (number) => postNumber(number, targets[number % targets.length]));
  // A fast run has posted its last lead well before the last restart.
  const struck = [await restarted];
  calm.abort();
  struck.push(...(await Promise.all(troubles)));
  await chaos.arena.noFaults();
  await customersGoOn(chaos, accepted);
  ended.abort();
  struck.push(await supervised);
  await sayWhatWaits(chaos);
  const judged = await judge(chaos.arena, accepted);
  const counts = Object.fromEntries(struck.flatMap((each) => Object.entries(each)));
  const all = [...accepted.values()].reduce((sum, ids) => sum + ids.size, 0);
  return {
    ok: isExact(judged, all) && counts['selfEnded'] === 0,
    accepted: all,
    ...judged,
    ...counts,
  };
}

function isExact({ there, dead, ...wrong }: Judged, all: number): boolean {
  return there + dead === all && Object.values(wrong).every((count) => count === 0);
}

/**
 * Until nothing waits, a lead that no plug-in minds comes to each connection now and then: whose fault the others are
 * is judged by whether it passes.
 */
async function customersGoOn(
  { arena }: Chaos,
  accepted: ReadonlyMap<Connection, Map<string, number>>,
): Promise<void> {
  const givenUpAt = performance.now() + BACK_WITHIN_MS;
  const numbers = goodNumbersFrom(leads);
  for (let isSettled = false; !isSettled && performance.now() < givenUpAt;) {
    await Promise.all([...accepted].map((target) => postNumber(numbers.next().value, target)));
    await delay(LEAD_EVERY_MS);
    const all = [...accepted.values()].reduce((sum, ids) => sum + ids.size, 0);
    const settled = await arena.count(
      `select count(*) as value from writer.deliveries where state <> 'pending'`,
    );
    isSettled = settled === all;
  }
}

/** What waits long after all is well is what somebody will want to look into. */
async function sayWhatWaits({ arena }: Chaos): Promise<void> {
  const waiting = await arena.rows(
    `select deliveries.lead_id, attempts, strikes, unclear, signature, due_at, now() as now, last_failure,
            lanes.owner, lanes.leased_until, lanes.held_until, lanes.broken
     from writer.deliveries join writer.lanes using (connection_id) where deliveries.state = 'pending' limit 10`,
  );
  for (const one of waiting) process.stderr.write(`It waits still: ${JSON.stringify(one)}\n`);
}

function* goodNumbersFrom(first: number): Generator<number, never> {
  for (let number = first; ; number += 1) if (!pluginOf(number)) yield number;
}

/** Posts the lead of a number until it is accepted, as a sender that repeats. */
async function postNumber(
  number: number,
  target: readonly [Connection, Map<string, number>] | undefined,
): Promise<void> {
  if (!target) return;
  const [connection, ids] = target;
  const leadId = await eventually(
    async () => {
      const id = await post(connection.leadAddress, leadOf(number));
      if (id === undefined) throw new Error('not accepted');
      return id;
    },
    { timeoutMs: 120_000, everyMs: 100 },
  );
  ids.set(leadId, number);
}

function leadOf(number: number): Record<string, unknown> {
  return {
    userDetails: {
      lastName: `Lead ${number}`,
      email: `lead.${number}@adatum.example`,
      company: pluginOf(number)?.company ?? 'Adatum',
    },
    leadSource: 'AzureMarketplace-INS|contoso.contoso-analytics',
    actionCode: 'INS',
    offerTitle: 'Contoso Analytics',
  };
}

/** Strikes a random organization every moment, and Entra ID now and then. */
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
