/** The writer's walk: what is due in a lane ▸ a token ▸ a create in Dynamics ▸ what became of it, written down. */
import { type BackOff, backOffMs, type NaturalBatching } from '@leads/pacing';
import type { Logger, Outbound } from '@leads/service';
import type { Kysely } from 'kysely';
import { mapForConnection } from './apply-mapping.ts';
import { closeBreaker, openBreaker } from './breaker.ts';
import { classifyAnswer, classifyRefusedToken, concernsTable, type Verdict } from './classify-failure.ts';
import { type BulkWay, createLead, createLeads, type Destination } from './create-lead.ts';
import { type Delivery, type End, nextDeliveries, type Settlement } from './deliveries.ts';
import type { Lane } from './lane.ts';
import { Pace } from './pace.ts';
import type { Answer } from './read-answer.ts';
import type { KnownOrganization } from './read-organization.ts';
import { statedLimit } from './request-budget.ts';
import type { WriterTables } from './tables.ts';
import type { Tokens } from './tokens.ts';

/** What the walk works with. */
export interface DeliveryParts {
  database: Kysely<WriterTables>;
  tokens: Tokens;
  /** HTTP to the lane's organisation alone, so that a slow one holds up nobody else. */
  http: Outbound;
  /** What is known of the lane's organisation. */
  organization: Pick<KnownOrganization, 'recall' | 'isOutdated'>;
  /** Writes ends down, those that gather in the meantime together; resolves when that is committed. */
  settle: Pick<NaturalBatching<Settlement>, 'add'>;
  /** The most requests of the lane under way at a time. */
  mostAtATime: number;
  bulk: BulkWay;
  log: Logger;
}

/** How many requests at a time a lane begins with. */
const START_AT_A_TIME = 4;

/** The most leads in one request. */
const BULK_ROWS = 100;

/** The most leads of a lane that are in memory at a time. */
const MOST_ROWS = 4 * BULK_ROWS;

/** Between two tries of one lead; for ever. */
const TRY_AGAIN: BackOff = { firstMs: 1_000, mostMs: 60 * 60_000 };

/** How long to go without looking, where nobody calls, in milliseconds. */
const LOOK_AGAIN_MS = 5_000;

/** How long to leave the database alone after it failed, in milliseconds. */
const DATABASE_RETRY_MS = 1_000;

/** Delivers a lane's leads for as long as the lane is held; returns once nothing is under way any more. */
export async function deliverLeads(lane: Lane, parts: DeliveryParts): Promise<void> {
  const pace = new Pace(START_AT_A_TIME, parts.mostAtATime);
  const requests = new Set<Promise<void>>();
  const underWay = new Set<string>();
  lane.onSaved = () => pace.forgive();
  lane.going = (now) => ({
    underWay: requests.size,
    permitted: pace.concurrency,
    holdMs: pace.holdMs(now),
    askedMs: pace.askedMs(now),
  });

  while (!lane.ended) {
    const holdMs = pace.holdMs(Date.now());
    const room = pace.room(Date.now());
    const wanted = pace.cautious || parts.bulk === 'off' ? room : BULK_ROWS;
    const rows = Math.min(wanted, MOST_ROWS - underWay.size);
    if (holdMs > 0 || room <= 0 || rows <= 0) {
      await lane.sleep(holdMs || LOOK_AGAIN_MS);
      continue;
    }
    try {
      const next = await nextDeliveries(parts.database, lane, underWay, rows);
      if (next.due.length === 0) {
        await lane.sleep(Math.min(next.waitMs ?? LOOK_AGAIN_MS, LOOK_AGAIN_MS));
        continue;
      }
      const token = await parts.tokens.tokenFor(lane);
      if (token.kind === 'refused') {
        await react(lane, classifyRefusedToken(token.reason), undefined, pace, parts);
        continue;
      }
      await parts.organization.recall(token.accessToken);
      for (const parcel of parcels(next.due, room)) {
        for (const { accepted } of parcel) underWay.add(accepted.leadId);
        const delivered = deliver(lane, parcel, token.accessToken, pace, parts).finally(() => {
          for (const { accepted } of parcel) underWay.delete(accepted.leadId);
          requests.delete(delivered);
          lane.wake();
        });
        requests.add(delivered);
      }
    } catch (error) {
      parts.log.error(
        { error, connectionId: lane.connectionId },
        'the database failed; the lane goes on in a moment',
      );
      pace.hold(DATABASE_RETRY_MS, Date.now());
    }
  }
  await Promise.all(requests);
}

/** Few leads leave at once, each in a request of its own; a backlog leaves in one. */
function parcels(due: Delivery[], room: number): Delivery[][] {
  return due.length <= room ? due.map((delivery) => [delivery]) : [due];
}

/** One request to Dynamics, and the end of each lead in it written down. */
async function deliver(
  lane: Lane,
  parcel: Delivery[],
  accessToken: string,
  pace: Pace,
  parts: DeliveryParts,
): Promise<void> {
  const destination: Destination = { http: parts.http, organization: lane.organization, accessToken };
  const fittedTo = lane.table;
  const startedAt = performance.now();
  pace.begun(Date.now());
  const answers = await send(lane, destination, parcel, parts.bulk);
  const ms = Math.round(performance.now() - startedAt);
  const last = answers.at(-1);
  const answered = last?.kind === 'answered' ? last : undefined;
  pace.ended(answered?.status === 429, Date.now());
  if (answered) pace.heed(answered.hints ?? {}, statedLimit(answered.message));

  // A token can go stale: the first refusal makes a new one be fetched, a refusal of that one is the connection's fault.
  const refused = answers.some((answer) => answer.kind === 'answered' && answer.status === 401);
  const stale = refused && parts.tokens.discard(lane, accessToken);
  const settlements = parcel.map((delivery, index) => {
    const answer = answers[index] ?? NO_ANSWER;
    const verdict = stale ? STALE_TOKEN : classifyAnswer(answer, delivery.attempts);
    return { delivery, answer, verdict, end: endOf(verdict, delivery), at: new Date() };
  });
  parts.log.info(logLine(lane, settlements, ms), 'sent to Dynamics');
  try {
    const verdict = gist(settlements.map((settlement) => settlement.verdict));
    await react(lane, verdict, parcel.length === 1 ? ms : undefined, pace, parts);
    const refused = settlements.filter((settlement) => concernsTable(settlement.verdict));
    await parts.settle.add(settlements.filter((settlement) => !refused.includes(settlement)));
    if (refused.length === 0) return;
    const isRefitted = await parts.organization.isOutdated(fittedTo, accessToken);
    await parts.settle.add(refused.map((one) => (isRefitted ? { ...one, end: REFITTED } : one)));
  } catch (error) {
    // Still pending in the database: sent again, and Dynamics then says "duplicate".
    parts.log.error(
      { error, connectionId: lane.connectionId, leads: parcel.length },
      'what became of leads could not be written down; they are tried again',
    );
    pace.hold(DATABASE_RETRY_MS, Date.now());
  }
}

function send(lane: Lane, destination: Destination, parcel: Delivery[], bulk: BulkWay): Promise<Answer[]> {
  const records = parcel.map(({ accepted }) => mapForConnection(accepted.leadId, accepted.lead, lane).record);
  const [record] = records;
  if (records.length === 1 && record) return createLead(destination, record).then((answer) => [answer]);
  // What was tried before may be there already, and one such row fails a whole CreateMultiple.
  const tried = parcel.some((delivery) => delivery.attempts > 0);
  return createLeads(destination, records, tried || bulk !== 'create-multiple' ? 'batch' : bulk);
}

/** What the verdicts of one request say of the organisation: a success shows that it works, whatever else failed. */
function gist(verdicts: Verdict[]): Verdict {
  for (const kind of ['throttled', 'written', 'lead-refused', 'connection-broken'] as const) {
    const found = verdicts.find((verdict) => verdict.kind === kind);
    if (found) return found;
  }
  return verdicts[0] ?? STALE_TOKEN;
}

/** One wide line a request: every lead that was not simply written, by its id. */
function logLine(
  lane: Lane,
  settlements: { delivery: Delivery; answer: Answer; verdict: Verdict }[],
  ms: number,
): Record<string, unknown> {
  const [first] = settlements;
  const one = settlements.length === 1 ? { leadId: first?.delivery.accepted.leadId } : {};
  const others = settlements
    .filter(({ verdict }) => verdict.kind !== 'written')
    .map(({ delivery, answer, verdict }) => ({
      leadId: delivery.accepted.leadId,
      verdict: verdict.kind,
      attempt: delivery.attempts + 1,
      code: answer.code,
      ...(answer.kind === 'answered' ? { status: answer.status } : {}),
    }));
  const written = settlements.length - others.length;
  return { connectionId: lane.connectionId, ...one, leads: settlements.length, written, others, ms };
}

/** What an answer means for the lane: its pace, and whether its connection works. */
async function react(
  lane: Lane,
  verdict: Verdict,
  ms: number | undefined,
  pace: Pace,
  parts: DeliveryParts,
): Promise<void> {
  pace.learn(verdict, ms, Date.now(), Math.random());
  // The next request need not wait until it is written down what became of this one.
  lane.wake();
  if (verdict.kind === 'connection-broken' && lane.brokenCause !== verdict.reason.cause) {
    await openBreaker(parts.database, lane, verdict.reason, new Date());
    lane.turn(verdict.reason.cause);
    parts.log.warn(
      { connectionId: lane.connectionId, reason: verdict.reason },
      'the connection is broken; leads wait',
    );
  }
  if (lane.brokenCause !== null && (verdict.kind === 'written' || verdict.kind === 'lead-refused')) {
    await closeBreaker(parts.database, lane, new Date());
    lane.turn(null);
    parts.log.info({ connectionId: lane.connectionId }, 'the connection works again');
  }
}

function endOf(verdict: Verdict, delivery: Delivery): End {
  switch (verdict.kind) {
    case 'written':
      return { kind: 'written' };
    case 'lead-refused':
      return { kind: 'dead', reason: verdict.reason };
    case 'throttled':
      return { kind: 'deferred', afterMs: verdict.waitMs, counts: false, reason: verdict.reason };
    // The lane waits for its connection; the lead is due as soon as the lane goes on.
    case 'connection-broken':
      return { kind: 'deferred', afterMs: 0, counts: true, reason: verdict.reason };
    case 'transient': {
      const afterMs = backOffMs(delivery.attempts + 1, Math.random(), TRY_AGAIN);
      return { kind: 'deferred', afterMs, counts: true, reason: verdict.reason };
    }
  }
}

const NO_ANSWER: Answer = { kind: 'unreachable', code: 'NO_ANSWER' };

/** The lead table has changed since the lead was fitted to it: one more try, and the lead is dead if that fails too. */
const REFITTED: End = {
  kind: 'deferred',
  afterMs: 0,
  counts: true,
  reason: {
    cause: 'lead-table-changed',
    what: 'Dynamics refused the lead for one of its columns: the lead table was changed since it was last read.',
    remedy: 'Nothing need be done: the lead is fitted to the table as it is now, and sent again.',
  },
};

const STALE_TOKEN: Verdict = {
  kind: 'transient',
  reason: {
    cause: 'token-stale',
    what: 'Dynamics did not take the access token any more.',
    remedy: 'Nothing need be done: the lead is sent again with a new one.',
  },
};
