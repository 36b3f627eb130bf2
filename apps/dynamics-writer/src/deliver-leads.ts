/** The writer's walk: what is due in a lane ▸ a token ▸ a create in Dynamics ▸ what became of it, written down. */
import { type BackOff, backOffMs, type NaturalBatching } from '@leads/pacing';
import type { Logger, Outbound } from '@leads/service';
import type { Kysely } from 'kysely';
import { closeBreaker, openBreaker } from './breaker.ts';
import { classifyAnswer, classifyRefusedToken, type Verdict } from './classify-failure.ts';
import { createLead } from './create-lead.ts';
import { type Delivery, type End, nextDeliveries, type Settlement } from './deliveries.ts';
import type { Lane } from './lane.ts';
import { mapLead } from './map-lead.ts';
import { Pace } from './pace.ts';
import type { WriterTables } from './tables.ts';
import type { Tokens } from './tokens.ts';

/** What the walk works with. */
export interface DeliveryParts {
  database: Kysely<WriterTables>;
  tokens: Tokens;
  /** HTTP to the lane's organisation alone, so that a slow one holds up nobody else. */
  http: Outbound;
  /** Writes ends down, those that gather in the meantime together; resolves when that is committed. */
  settle: Pick<NaturalBatching<Settlement>, 'add'>;
  /** The most leads of the lane under way at a time. */
  mostAtATime: number;
  log: Logger;
}

/** How many leads at a time a lane begins with. */
const START_AT_A_TIME = 4;

/** Between two tries of one lead; for ever. */
const TRY_AGAIN: BackOff = { firstMs: 1_000, mostMs: 60 * 60_000 };

/** How long to go without looking, where nobody calls, in milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** How long to leave the database alone after it failed, in milliseconds. */
const DATABASE_RETRY_MS = 1_000;

/** Delivers a lane's leads for as long as the lane is held; returns once nothing is under way any more. */
export async function deliverLeads(lane: Lane, parts: DeliveryParts): Promise<void> {
  const pace = new Pace(START_AT_A_TIME, parts.mostAtATime);
  const underWay = new Map<string, Promise<void>>();
  lane.onSaved = () => pace.forgive();

  while (!lane.ended) {
    const holdMs = pace.holdMs(Date.now());
    const room = pace.concurrency - underWay.size;
    if (holdMs > 0 || room <= 0) {
      await lane.sleep(holdMs || LOOK_AGAIN_MS);
      continue;
    }
    try {
      const next = await nextDeliveries(parts.database, lane, new Set(underWay.keys()), room);
      if (next.due.length === 0) {
        await lane.sleep(Math.min(next.waitMs ?? LOOK_AGAIN_MS, LOOK_AGAIN_MS));
        continue;
      }
      const token = await parts.tokens.tokenFor(lane);
      if (token.kind === 'refused') {
        await react(lane, classifyRefusedToken(token.reason), 0, pace, parts);
        continue;
      }
      for (const delivery of next.due) {
        const { leadId } = delivery.accepted;
        const delivered = deliver(lane, delivery, token.accessToken, pace, parts).finally(() => {
          underWay.delete(leadId);
          lane.wake();
        });
        underWay.set(leadId, delivered);
      }
    } catch (error) {
      parts.log.error(
        { error, connectionId: lane.connectionId },
        'the database failed; the lane goes on in a moment',
      );
      pace.hold(DATABASE_RETRY_MS, Date.now());
    }
  }
  await Promise.all(underWay.values());
}

/** One lead to Dynamics, and its end written down. */
async function deliver(
  lane: Lane,
  delivery: Delivery,
  accessToken: string,
  pace: Pace,
  parts: DeliveryParts,
): Promise<void> {
  const { leadId, connectionId, lead } = delivery.accepted;
  const startedAt = performance.now();
  const answer = await createLead(parts.http, lane.organization, accessToken, mapLead(leadId, lead));
  const ms = Math.round(performance.now() - startedAt);
  const refusedToken = answer.kind === 'answered' && answer.status === 401;
  // A token can go stale: the first refusal makes a new one be fetched, a refusal of that one is the connection's fault.
  const stale = refusedToken && parts.tokens.discard(lane, accessToken);
  const verdict: Verdict = stale ? STALE_TOKEN : classifyAnswer(answer, delivery.attempts);
  parts.log.info(
    {
      leadId,
      connectionId,
      verdict: verdict.kind,
      ...answer,
      message: undefined,
      attempt: delivery.attempts + 1,
      ms,
    },
    'lead sent to Dynamics',
  );
  try {
    await react(lane, verdict, ms, pace, parts);
    await parts.settle.add([{ delivery, end: endOf(verdict, delivery), at: new Date() }]);
  } catch (error) {
    // Still pending in the database: it is sent again, and Dynamics then says "duplicate".
    parts.log.error({ error, leadId }, 'what became of a lead could not be written down; it is tried again');
    pace.hold(DATABASE_RETRY_MS, Date.now());
  }
}

/** What an answer means for the lane: its pace, and whether its connection works. */
async function react(
  lane: Lane,
  verdict: Verdict,
  ms: number,
  pace: Pace,
  parts: DeliveryParts,
): Promise<void> {
  pace.learn(verdict, ms, Date.now(), Math.random());
  if (verdict.kind === 'connection-broken' && !lane.broken) {
    await openBreaker(parts.database, lane, verdict.reason, new Date());
    lane.broken = true;
    parts.log.warn(
      { connectionId: lane.connectionId, reason: verdict.reason },
      'the connection is broken; leads wait',
    );
  }
  if (lane.broken && (verdict.kind === 'written' || verdict.kind === 'lead-refused')) {
    await closeBreaker(parts.database, lane, new Date());
    lane.broken = false;
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

const STALE_TOKEN: Verdict = {
  kind: 'transient',
  reason: {
    cause: 'token-stale',
    what: 'Dynamics did not take the access token any more.',
    remedy: 'Nothing need be done: the lead is sent again with a new one.',
  },
};
