/** The writer's walk: what is due in a lane ▸ a token ▸ a create in Dynamics ▸ what became of it, written down. */
import type { Logger, Outbound } from '@leads/service';
import type { Kysely } from 'kysely';
import { backOffMs } from './back-off.ts';
import { classifyAnswer, type Verdict } from './classify-answer.ts';
import { createLead } from './create-lead.ts';
import { type Delivery, nextDeliveries, type Settlement, settleDelivery } from './deliveries.ts';
import type { Lane } from './lane.ts';
import { mapLead } from './map-lead.ts';
import type { Tokens } from './tokens.ts';
import type { WriterTables } from './tables.ts';

/** What the walk works with. */
export interface DeliveryParts {
  database: Kysely<WriterTables>;
  tokens: Tokens;
  /** HTTP to the lane's organisation alone, so that a slow one holds up nobody else. */
  http: Outbound;
  /** The most leads of the lane under way at a time. */
  concurrency: number;
  onSettled: () => void;
  log: Logger;
}

/** How long to go without looking, where nobody calls, in milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** How long to leave the database alone after it failed, in milliseconds. */
const DATABASE_RETRY_MS = 1_000;

/** Delivers a lane's leads for as long as the lane is held; returns once nothing is under way any more. */
export async function deliverLeads(lane: Lane, parts: DeliveryParts): Promise<void> {
  const underWay = new Map<string, Promise<void>>();
  let tokenFailures = 0;
  let holdUntil = 0;

  while (!lane.ended) {
    const holdMs = holdUntil - Date.now();
    if (holdMs > 0) {
      await lane.sleep(holdMs);
      continue;
    }
    const room = parts.concurrency - underWay.size;
    if (room === 0) {
      await lane.sleep(LOOK_AGAIN_MS);
      continue;
    }
    const next = await nextDeliveries(parts.database, lane, new Set(underWay.keys()), room).catch(
      (error: unknown) => {
        parts.log.error(
          { error, connectionId: lane.connectionId },
          'the database did not say what is due; asked again',
        );
        return undefined;
      },
    );
    if (!next) {
      await lane.sleep(DATABASE_RETRY_MS);
      continue;
    }
    if (next.due.length === 0) {
      await lane.sleep(Math.min(next.waitMs ?? LOOK_AGAIN_MS, LOOK_AGAIN_MS));
      continue;
    }
    const token = await parts.tokens.tokenFor(lane);
    if (token.kind === 'refused') {
      tokenFailures += 1;
      const waitMs = backOffMs(tokenFailures + 2, Math.random());
      parts.log.warn(
        { connectionId: lane.connectionId, reason: token.reason, waitMs },
        'no token; the lane waits',
      );
      await lane.sleep(waitMs);
      continue;
    }
    tokenFailures = 0;

    for (const delivery of next.due) {
      const id = delivery.accepted.leadId;
      const done = deliverOne(lane, delivery, token.accessToken, parts)
        .then((verdict) => {
          if (verdict.kind === 'throttled') holdUntil = Math.max(holdUntil, Date.now() + verdict.waitMs);
          if (verdict.kind === 'token-refused') parts.tokens.discard(lane, token.accessToken);
        })
        .catch((error: unknown) => {
          // Still pending in the database: it is asked again, and Dynamics then says "duplicate".
          parts.log.error(
            { error, leadId: id },
            'what became of a lead could not be written down; it is tried again',
          );
          holdUntil = Date.now() + DATABASE_RETRY_MS;
        })
        .finally(() => {
          underWay.delete(id);
          lane.wake();
        });
      underWay.set(id, done);
    }
  }
  await Promise.all(underWay.values());
}

/** One lead to Dynamics, and its end. @throws where the end could not be written down. */
async function deliverOne(
  lane: Lane,
  delivery: Delivery,
  accessToken: string,
  parts: DeliveryParts,
): Promise<Verdict> {
  const { leadId, connectionId, lead } = delivery.accepted;
  const startedAt = performance.now();
  const answer = await createLead(parts.http, lane.organization, accessToken, mapLead(leadId, lead));
  const verdict = classifyAnswer(answer);
  const settled = await settleDelivery(parts.database, lane, delivery, settle(verdict, delivery), new Date());
  if (settled) parts.onSettled();
  parts.log.info(
    {
      leadId,
      connectionId,
      verdict: verdict.kind,
      ...(answer.kind === 'answered' ? { status: answer.status, code: answer.code } : { code: answer.code }),
      attempt: delivery.attempts + 1,
      ms: Math.round(performance.now() - startedAt),
      settled,
    },
    'lead sent to Dynamics',
  );
  return verdict;
}

function settle(verdict: Verdict, delivery: Delivery): Settlement {
  switch (verdict.kind) {
    case 'written':
      return { kind: 'written' };
    case 'throttled':
      return { kind: 'deferred', afterMs: verdict.waitMs, counts: false, reason: verdict.reason };
    case 'token-refused':
    case 'retry': {
      const afterMs = backOffMs(delivery.attempts + 1, Math.random());
      return { kind: 'deferred', afterMs, counts: true, reason: verdict.reason };
    }
  }
}
