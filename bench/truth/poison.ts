/** What leads that a customer's plug-ins refuse cost the others, and what becomes of them. */
import { TRIES } from '@leads/delivery';
import { eventually, type OrganizationSettings } from '@leads/testing';
import { type Arena, type Connection, inArena } from '@leads/tools';
import type { Bar } from '../writer/bar.ts';
import { percentile } from '../writer/percentile.ts';
import { post, steadily } from '../writer/post.ts';
import { whatIsThere } from './what-is-there.ts';

const PER_SECOND = 50;
/** Every fiftieth, which is 2 %. */
const REFUSED_EVERY = 50;
const PHASE_SECONDS = 20;
const WARM_UP_SECONDS = 10;
const ROUNDS = 3;
/** All tries of a refused lead with the pauses between them, and as much again. */
const DEAD_WITHIN_MS = 180_000;
const GOAL_RATIO = 1.2;
const GOAL_MAILS = 2;

type Plugin = NonNullable<OrganizationSettings['plugins']>[number];

/** The plug-ins, in turn: what each does to leads of a company of its own, and what their end should say. */
const REFUSALS: { status: number; cause: string; does: Plugin }[] = [
  {
    status: 403,
    cause: 'privilege-missing',
    does: { demands: { privilege: 'prvReadnew_segment', table: 'new_segment' } },
  },
  { status: 400, cause: 'plug-in-refused', does: { refusal: 'refused' } },
  { status: 412, cause: 'duplicate-of-another', does: { refusal: 'duplicate-record' } },
];
const companyOf = (status: number): string => `Refused with ${status}`;

/** When the good leads of one phase were accepted, by their ids. */
type Phase = Map<string, number>;

/** Every refused lead by its id, and how it is refused. */
type Refused = Map<string, (typeof REFUSALS)[number]>;

/**
 * 50 leads a second to one connection, by turns with and without the refused ones among them. Each phase with them is
 * compared with the mean of the two beside it, and the median of these comparisons is the value.
 */
export async function poison(): Promise<Bar> {
  return inArena({ serviceSettings: { LOG_LEVEL: 'warn' }, beside: ['notification'] }, async (arena) => {
    const connection = await arena.connect('bench.crm4.dynamics.com', {
      limits: { latencyMs: 25 },
      plugins: REFUSALS.map(({ status, does }) => ({
        column: 'companyname',
        contains: companyOf(status),
        ...does,
      })),
    });
    await eventually(() => post(connection.leadAddress));
    const refused: Refused = new Map();
    await phase(connection, WARM_UP_SECONDS);
    const without = [await phase(connection, PHASE_SECONDS)];
    const beside: Phase[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      beside.push(await phase(connection, PHASE_SECONDS, refused));
      await untilDead(arena, connection, refused);
      without.push(await phase(connection, PHASE_SECONDS));
    }
    await untilSettled(arena, connection);
    const created = new Map(
      (await arena.records(connection)).map(({ leadid, createdon }) => [leadid, createdon]),
    );
    const withoutMs = without.map((one) => p99(one, created));
    const besideMs = beside.map((one) => p99(one, created));
    const ratios = besideMs.map(
      (ms, index) => (2 * ms) / ((withoutMs[index] ?? NaN) + (withoutMs[index + 1] ?? NaN)),
    );
    const ratio = Number(percentile(ratios, 0.5).toFixed(2));
    const ends = await endsOf(arena, connection, refused);
    const { falselyWritten, lost } = await whatIsThere(arena, [connection]);
    const mails = await incidentMails(arena);
    return {
      bar: 'poison',
      value: ratio,
      unit: "x the others' p99 without the refused ones",
      goal: `<= ${GOAL_RATIO} x, each refused lead dead with its own reason within its stated tries, 0 falsely written, at most ${GOAL_MAILS} mails an incident`,
      met:
        ratio <= GOAL_RATIO &&
        ends.dead === refused.size &&
        ends.ofAnotherReason === 0 &&
        ends.triedTooOften === 0 &&
        falselyWritten === 0 &&
        lost === 0 &&
        mails.mostOfOne <= GOAL_MAILS,
      refused: refused.size,
      ...ends,
      falselyWritten,
      lost,
      mails,
      p99WithoutMs: withoutMs,
      p99BesideMs: besideMs,
    };
  });
}

/** Posts leads at the steady rate; every fiftieth is to be refused where those are wanted. */
async function phase(connection: Connection, seconds: number, refused?: Refused): Promise<Phase> {
  const accepted: Phase = new Map();
  await steadily(PER_SECOND, PER_SECOND * seconds, async (number) => {
    const refusal =
      refused && number % REFUSED_EVERY === 0
        ? REFUSALS[(number / REFUSED_EVERY) % REFUSALS.length]
        : undefined;
    const leadId = await post(connection.leadAddress, refusal && companyOf(refusal.status));
    if (refusal) refused?.set(leadId, refusal);
    else accepted.set(leadId, Date.now());
  });
  return accepted;
}

/** The others go on meanwhile, as customers do. */
async function untilDead(
  arena: Arena,
  { connectionId, ...connection }: Connection,
  refused: Refused,
): Promise<void> {
  const until = performance.now() + DEAD_WITHIN_MS;
  for (let dead = 0; dead < refused.size && performance.now() < until;) {
    await phase({ connectionId, ...connection }, 2);
    dead = await arena.count(
      `select count(*) as value from writer.deliveries where connection_id = '${connectionId}' and state = 'dead'`,
    );
  }
}

async function untilSettled(arena: Arena, { connectionId }: Connection): Promise<void> {
  await eventually(
    async () => {
      const pending = await arena.count(
        `select count(*) as value from writer.deliveries where connection_id = '${connectionId}' and state = 'pending'`,
      );
      if (pending > 0) throw new Error(`${pending} leads are pending`);
    },
    { timeoutMs: 60_000, everyMs: 200 },
  ).catch(() => undefined);
}

/** What became of the refused leads: by the writer's word their end, by the organization's how often each was tried. */
async function endsOf(
  arena: Arena,
  { connectionId, host }: Connection,
  refused: Refused,
): Promise<{ dead: number; ofAnotherReason: number; triedTooOften: number; mostTries: number }> {
  const rows = await arena.rows<{ lead_id: string; reason: string }>(
    `select lead_id, last_failure as reason from writer.deliveries where connection_id = '${connectionId}' and state = 'dead'`,
  );
  const attempts = Map.groupBy(await arena.stack.emulators.control.attempts(host), ({ leadid }) => leadid);
  // A row of a bulk request that was refused as a whole had no answer of its own.
  const tries = [...refused.keys()].map(
    (leadId) => attempts.get(leadId)?.filter(({ as }) => as !== 'bulk').length ?? 0,
  );
  return {
    dead: rows.filter((row) => refused.has(row.lead_id)).length,
    ofAnotherReason: rows.filter((row) => {
      const { cause, what } = JSON.parse(row.reason) as { cause: string; what: string };
      const wanted = refused.get(row.lead_id);
      return cause !== wanted?.cause || !what.includes(`answered ${wanted.status}`);
    }).length,
    triedTooOften: tries.filter((count) => count > TRIES.rule.tries).length,
    mostTries: Math.max(...tries),
  };
}

/** Mails about incidents: of how many, and the most that one contact had about one of them. */
async function incidentMails(arena: Arena): Promise<{ incidents: number; mostOfOne: number }> {
  const about = (await arena.stack.emulators.control.mails()).flatMap(({ headers, to }) =>
    headers['x-incident-id'] === undefined ? [] : [`${headers['x-incident-id']} ${to.join()}`],
  );
  const counts = [...Map.groupBy(about, (one) => one).values()].map((of) => of.length);
  return {
    incidents: new Set(about.map((one) => one.split(' ')[0])).size,
    mostOfOne: Math.max(0, ...counts),
  };
}

/** Of the leads of one phase: how long 99 % of them took at most. */
function p99(accepted: Phase, created: ReadonlyMap<string, number>): number {
  const took = [...accepted].map(([leadId, at]) => (created.get(leadId) ?? Infinity) - at);
  return percentile(took, 0.99);
}
