/**
 * `npm run chaos -- ingest --seed N [--posts 20000] [--json]`: senders that post until they are answered 202, the same
 * bytes each time, to two gateways, while a gateway, the broker or the database is killed every few seconds. In the end
 * each lead that was answered 202 is in its organization once and listed as written once, nothing else is, and no
 * service has ended by itself. Says how far it is; the verdict is one line; exit code 1 where it is not so.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { eventually } from '@leads/testing';
import { type Connection, type Service, sayOnStderr as say } from '@leads/tools';
import { inParallel, leadNumber } from '../marketplace.ts';
import { judge } from './judge.ts';
import { BACK_WITHIN_MS, comeBack, pause, supervise } from './killing.ts';
import { chance, type Chance } from './random.ts';
import { type Chaos, inChaos } from './stage.ts';

const CONNECTIONS = 4;
const SENDERS = 64;
/** One post after the other is due so soon, so that killing has its time. */
const POST_EVERY_MS = 4;
const KILL_AFTER_MS = { least: 1_500, most: 5_000 };
const ANSWERED_WITHIN_MS = 10_000;
const AGAIN_AFTER_MS = 150;
const TELL_EVERY_MS = 5_000;
/** A list in a body has so many leads. */
const IN_A_LIST = 3;

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    posts: { type: 'string', default: '20000' },
    json: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);

/** What one sender posts until it is accepted: always these bytes. */
interface Post {
  connection: Connection;
  body: string;
  headers: Record<string, string>;
  /** The numbers of its leads, in their order. */
  numbers: number[];
}

/** The leads that were answered 202, by connection: the number of each, by its id. */
type Accepted = Map<Connection, Map<string, number>>;

/** What the senders saw. */
interface Seen {
  posted: number;
  /** Answers that were none, or others than 202. */
  repeats: number;
  /** 202 with the id of a lead that had come before. */
  folded: number;
  /** 202 with another number of leads, or with the id of another's lead. */
  wrongAnswers: number;
}

const result = await inChaos({ writers: 1, careful: true }, (chaos) => run(chaos, chance(seed)));
process.stdout.write(
  values.json
    ? `${JSON.stringify({ chaos: 'ingest', seed, ...result })}\n`
    : `${result.ok ? 'Exact' : 'NOT EXACT'}: seed ${seed}, ${inWords(result)}\n`,
);
process.exit(result.ok ? 0 : 1);

async function run(chaos: Chaos, random: Chance): Promise<Record<string, unknown> & { ok: boolean }> {
  const { arena } = chaos;
  const began = performance.now();
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, number) =>
      arena.connect(`ingest${number}.crm4.dynamics.com`, { limits: { enforced: false } }),
    ),
  );
  const gateways = [arena.stack.services['ingest-gateway'], await arena.stack.add('ingest-gateway')];
  const { credentials } = arena.stack.services;
  const [calm, ended] = [new AbortController(), new AbortController()];
  const supervised = supervise([...gateways, credentials, ...arena.stack.writers], ended.signal);
  const killing = kill(chaos, gateways, random, calm.signal);
  const accepted: Accepted = new Map(
    connections.map((connection) => [connection, new Map<string, number>()]),
  );
  const seen: Seen = { posted: 0, repeats: 0, folded: 0, wrongAnswers: 0 };
  const telling = setInterval(
    () => say(`${seen.posted} of ${values.posts} posts are accepted, ${seen.repeats} repeats`),
    TELL_EVERY_MS,
  );
  const posts = postsTo(connections, Number(values.posts), random);
  const due = performance.now();
  await inParallel([...posts.entries()], SENDERS, async ([place, post]) => {
    const early = due + place * POST_EVERY_MS - performance.now();
    if (early > 0) await delay(early);
    await sendUntilAccepted(post, gateways, accepted, seen);
  });
  clearInterval(telling);
  calm.abort();
  const kills = await killing;
  const all = [...accepted.values()].reduce((sum, leads) => sum + leads.size, 0);
  say(`All ${seen.posted} posts are accepted, ${all} leads: waiting until they are delivered`);
  await settled(chaos, all);
  ended.abort();
  const { selfEnded } = await supervised;
  const judged = await judge(arena, accepted);
  const ledger = await inLedger(chaos, accepted);
  const leads = posts.reduce((sum, { numbers }) => sum + numbers.length, 0);
  return {
    ok:
      all === leads &&
      judged.there === all &&
      ledger.written === all &&
      [
        judged.pending,
        judged.dead,
        judged.lost,
        judged.doubled,
        judged.falselyWritten,
        ledger.unknown,
        seen.wrongAnswers,
        selfEnded,
      ].every((count) => count === 0),
    leads,
    accepted: all,
    ...seen,
    kills,
    ...judged,
    ledger,
    selfEnded,
    seconds: Math.round((performance.now() - began) / 1_000),
  };
}

/** Posts of one lead each, some with a key of their sender's, some of several leads. */
function postsTo(connections: readonly Connection[], count: number, random: Chance): Post[] {
  let number = 0;
  return Array.from({ length: count }, (_, place) => {
    const size = random.next() < 0.05 ? IN_A_LIST : 1;
    const numbers = Array.from({ length: size }, () => (number += 1));
    const leads = numbers.map(leadNumber);
    const hasKey = random.next() < 0.1;
    return {
      connection: random.oneOf(connections),
      body: JSON.stringify(size === 1 ? leads[0] : leads),
      headers: { 'content-type': 'application/json', ...(hasKey && { 'idempotency-key': `post-${place}` }) },
      numbers,
    };
  });
}

interface Told {
  leadId: string;
  duplicate?: true;
  leads?: Told[];
}

async function sendUntilAccepted(
  post: Post,
  gateways: readonly Service[],
  accepted: Accepted,
  seen: Seen,
): Promise<void> {
  const { connection, body, headers, numbers } = post;
  for (let tries = 0; ; tries += 1) {
    // Whichever the balancer chooses.
    const gateway = gateways[((numbers[0] ?? 0) + tries) % gateways.length];
    const told = await postOnce(`${gateway?.url ?? ''}${new URL(connection.leadAddress).pathname}`, {
      body,
      headers,
    });
    if (told) {
      note(told.leads ?? [told], post, accepted, seen);
      return;
    }
    seen.repeats += 1;
    await delay(AGAIN_AFTER_MS);
  }
}

async function postOnce(address: string, init: RequestInit): Promise<Told | undefined> {
  try {
    const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
    const answer = await fetch(address, { method: 'POST', ...init, signal });
    const text = await answer.text();
    return answer.status === 202 ? (JSON.parse(text) as Told) : undefined;
  } catch {
    // Reset, refused, late or cut: whoever sent it cannot tell whether it arrived.
    return undefined;
  }
}

function note(told: readonly Told[], { connection, numbers }: Post, accepted: Accepted, seen: Seen): void {
  const ids = accepted.get(connection);
  seen.posted += 1;
  if (told.length !== numbers.length) seen.wrongAnswers += 1;
  for (const [place, { leadId, duplicate }] of told.entries()) {
    if (duplicate) seen.folded += 1;
    if (ids?.has(leadId)) seen.wrongAnswers += 1;
    ids?.set(leadId, numbers[place] ?? NaN);
  }
}

/** Kills one part after the other at random moments; gateways come back beside the next kill. */
async function kill(
  { killBroker, killDatabase }: Chaos,
  gateways: readonly Service[],
  random: Chance,
  calm: AbortSignal,
): Promise<Record<string, number>> {
  const kills = { gateway: 0, broker: 0, database: 0 };
  const coming = new Map<Service, Promise<void>>();
  let store: Promise<void> = Promise.resolve();
  let isStoreBack = true;
  const killStore = (name: 'broker' | 'database', work: () => Promise<void>): void => {
    if (!isStoreBack) return;
    kills[name] += 1;
    isStoreBack = false;
    store = work().then(() => void (isStoreBack = true));
  };
  const { least, most } = KILL_AFTER_MS;
  while (await pause(least + random.next() * (most - least), calm)) {
    const victim = random.oneOf(['gateway', 'gateway', 'broker', 'database'] as const);
    const gateway = random.oneOf(gateways);
    if (victim === 'broker') killStore(victim, killBroker);
    else if (victim === 'database') killStore(victim, killDatabase);
    else if (!coming.has(gateway)) {
      await gateway.kill('SIGKILL');
      kills.gateway += 1;
      coming.set(
        gateway,
        comeBack(gateway).finally(() => coming.delete(gateway)),
      );
    }
  }
  await Promise.all([store, ...coming.values()]);
  return kills;
}

async function settled({ arena }: Chaos, all: number): Promise<void> {
  await eventually(
    async () => {
      const written = await arena.count(
        `select count(*) as value from writer.deliveries where state = 'written'`,
      );
      if (written < all) throw new Error(`${written} of ${all} are written.`);
    },
    { timeoutMs: BACK_WITHIN_MS, everyMs: 500 },
  ).catch((error: unknown) => say(String(error)));
}

/** What the console lists: written leads that were accepted, and leads that nobody posted. */
async function inLedger({ arena }: Chaos, accepted: Accepted): Promise<{ written: number; unknown: number }> {
  const ids = new Set([...accepted.values()].flatMap((leads) => [...leads.keys()]));
  const read = (): Promise<{ lead_id: string; state: string }[]> =>
    arena.rows(`select lead_id, state from portal.leads where accepted_at is not null`);
  await eventually(
    async () => {
      const written = (await read()).filter(({ state }) => state === 'written').length;
      if (written < ids.size) throw new Error(`${written} of ${ids.size} are listed as written.`);
    },
    { timeoutMs: BACK_WITHIN_MS, everyMs: 1_000 },
  ).catch((error: unknown) => say(String(error)));
  const listed = await read();
  return {
    written: listed.filter(({ lead_id: id, state }) => ids.has(id) && state === 'written').length,
    unknown: listed.filter(({ lead_id: id }) => !ids.has(id)).length,
  };
}

function inWords(counts: Record<string, unknown>): string {
  return Object.entries(counts)
    .filter(([name]) => name !== 'ok')
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ');
}
