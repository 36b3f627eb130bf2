/** The walk of a lane: what is due ▸ sent to its destination ▸ what was answered ▸ whose fault a refusal is ▸ what became of each lead, written down. */
import { backOffMs, SECOND_MS } from '@leads/pacing';
import {
  deliverParcel,
  type DeliveryParts,
  endIdleTrouble,
  goOnWithout,
  learn,
  open,
  STUMBLED,
  type Walk,
} from './deliver-parcel.ts';
import type { Away, Refused, Throttled } from './destination.ts';
import type { Delivery, UndecodableRow } from './lanes/deliveries.ts';
import type { Lane } from './lanes/lane.ts';
import { MOST_IN_FLIGHT } from './lanes/leases.ts';
import { grantedMs } from './lanes/limits.ts';
import { Evidence } from './lanes/whose-fault.ts';
import { lookAt } from './send-request.ts';

/** How long to go without looking, where nobody calls, in milliseconds. */
const LOOK_AGAIN_MS = 5_000;

/** While a lane waits in trouble, a lead that was never tried is sent all the same, so long after the last; in milliseconds. */
const PROBE_EVERY_MS = SECOND_MS;

/** Delivers a lane's leads for as long as the lane is held; returns once nothing is in flight any more. */
export async function deliverLeads(lane: Lane, parts: DeliveryParts): Promise<void> {
  const { pace, connectionId } = lane;
  const { mostInRequest } = parts.destination;
  const walk: Walk = {
    ...parts,
    lane,
    evidence: new Evidence(lane.refusedSome, parts.refusedAloneMs),
    unsettled: new Set(),
    hasWaiting: true,
  };
  const requests = new Set<Promise<unknown>>();
  const inFlight = new Set<string>();
  const begin = (work: Promise<unknown>, ids: readonly string[] = []): void => {
    for (const id of ids) inFlight.add(id);
    const request: Promise<unknown> = work.finally(() => {
      for (const id of ids) inFlight.delete(id);
      requests.delete(request);
      lane.wake();
    });
    requests.add(request);
  };
  let stumbles = 0;
  let sentAt = -Infinity;
  let preparedVersion = lane.version;
  while (!lane.ended) {
    const now = Date.now();
    pace.isCareful = walk.evidence.isSuspicious || lane.brokenCause !== null;
    const isCareful = pace.cautious || pace.isCareful;
    const holdMs = pace.holdMs(now);
    const probeMs = untilProbe(lane, sentAt, now);
    const isProbe = holdMs > 0 && probeMs <= 0;
    const room = pace.room(now);
    const wanted = isProbe ? 1 : mostInRequest === 1 ? room : pace.rows(now);
    const rows = Math.min(wanted, MOST_IN_FLIGHT - inFlight.size);
    if ((holdMs > 0 && !isProbe) || room <= 0 || rows <= 0) {
      await lane.waitForRoom(Math.min(holdMs, probeMs));
      continue;
    }
    let failing = 'what is due could not be read';
    try {
      const order = isProbe ? 'untried' : isCareful ? 'untried-first' : undefined;
      const { due: all, undecodable, waitMs } = await parts.store.next(inFlight, rows, order);
      failing = 'leads that are not to be sent could not be ended';
      const due = await keepBack(walk, all);
      if (due.length < all.length && due.length === 0) continue;
      // What hangs, and no lead is due that would find out whether anything is answered.
      const [hanging] =
        due.length === 0 && pace.isStuck(now) && now - sentAt >= LOOK_AGAIN_MS ? inFlight : [];
      if (due.length + undecodable.length === 0 && waitMs === undefined && inFlight.size === 0 && !isProbe) {
        failing = 'that nothing waits any more could not be written down';
        await endIdleTrouble(walk);
      }
      if (undecodable.length > 0) {
        failing = 'rows that cannot be read could not be put aside';
        await putAside(lane, undecodable, parts);
      } else if (due.length === 0 && preparedVersion !== lane.version) {
        // What is amiss with a connection as it was saved is told at once, not with its next lead.
        preparedVersion = lane.version;
        failing = 'a connection that was saved could not be looked at';
        await parts.session.prepare();
      } else if (due.length === 0 && !hanging) {
        await lane.sleep(isProbe ? holdMs : Math.min(waitMs ?? LOOK_AGAIN_MS, LOOK_AGAIN_MS));
      }
      if (due.length === 0 && !hanging) continue;
      const frugalMs = isProbe || hanging ? undefined : pace.frugalMs(Date.now());
      if (frugalMs && due.length < rows) {
        await lane.waitForRoom(frugalMs);
        continue;
      }
      sentAt = Date.now();
      preparedVersion = lane.version;
      failing = 'nothing could be made ready to send';
      const prepared = await parts.session.prepare();
      if (prepared.kind !== 'ready') pace.tried();
      if (prepared.kind === 'not-yet') {
        pace.hold(grantedMs(prepared.againMs), Date.now());
        failing = 'what keeps the lane from sending could not be written down';
        await goOnWithout(walk, prepared.reason);
        parts.log.info({ connectionId, reason: prepared.reason }, 'the lane cannot send yet');
        continue;
      }
      if (prepared.kind === 'not-ready') {
        failing = 'what keeps the lane from sending could not be written down';
        await hold(walk, prepared.reading);
        continue;
      }
      // Others that send in the same name may have taken it meanwhile.
      const left = pace.holdMs(Date.now()) > 0 && !isProbe ? 0 : pace.room(Date.now());
      if (left <= 0) continue;
      const { sender } = prepared;
      if (hanging) begin(lookAt([hanging], { ...parts, lane, sender }));
      else
        for (const parcel of parcels(due, frugalMs === undefined ? left : 1, isCareful, walk).slice(
          0,
          left,
        )) {
          begin(
            deliverParcel(walk, parcel, sender),
            parcel.map(({ accepted }) => accepted.leadId),
          );
        }
      stumbles = 0;
    } catch (error) {
      stumbles += 1;
      pace.hold(backOffMs(stumbles, parts.random(), STUMBLED), Date.now());
      parts.log.error({ error, connectionId }, `${failing}; the lane goes on in a moment`);
    }
  }
  await Promise.all(requests);
}

/** Ends the leads that their connection does not want to be sent. @returns the others */
async function keepBack({ lane, destination, store, date }: Walk, due: Delivery[]): Promise<Delivery[]> {
  const sorted = due.map((delivery) => ({ delivery, reason: destination.withheld?.(delivery, lane) }));
  const ended = sorted.flatMap(({ delivery, reason }) =>
    reason ? [{ delivery, end: { kind: 'dead', reason, byPerson: true } as const, at: date() }] : [],
  );
  if (ended.length === 0) return due;
  await store.settle(ended);
  return sorted.flatMap(({ delivery, reason }) => (reason ? [] : [delivery]));
}

/** How long until a lane that waits in trouble may try a lead that was never tried, in milliseconds. */
function untilProbe({ pace }: Lane, sentAt: number, now: number): number {
  if (!pace.cautious || pace.askedMs(now) > 0 || pace.inFlight > 0) return Infinity;
  return sentAt + PROBE_EVERY_MS - now;
}

/**
 * A parcel is what one request carries: few leads leave at once, each in its own; a backlog leaves in one. What may be
 * there already is looked up in one. A careful lane sends one parcel, and of what is new one lead.
 */
function parcels(due: Delivery[], room: number, isCareful: boolean, { unsettled }: Walk): Delivery[][] {
  const known = due.map((delivery) =>
    unsettled.has(delivery.accepted.leadId) ? { ...delivery, isUnclear: true } : delivery,
  );
  const unclear = known.filter(({ isUnclear }) => isUnclear);
  if (isCareful) return [unclear.length > 0 ? unclear : known.slice(0, 1)];
  if (known.length > room) return [known];
  const others = known.filter(({ isUnclear }) => !isUnclear).map((delivery) => [delivery]);
  return unclear.length > 0 ? [unclear, ...others] : others;
}

async function putAside(
  lane: Lane,
  rows: UndecodableRow[],
  { store, log, date }: DeliveryParts,
): Promise<void> {
  const aside = await store.putAside(rows, date());
  if (aside.length === 0) return lane.pace.hold(STUMBLED.firstMs, Date.now());
  log.error(
    { connectionId: lane.connectionId, leads: aside.map(({ leadId, why }) => ({ leadId, why })) },
    'leads could not be read; what was kept of them is in the table undecodable',
  );
}

/** What keeps the lane from sending anything. */
async function hold(walk: Walk, reading: Throttled | Away | Refused): Promise<void> {
  walk.hasWaiting = true;
  if (reading.kind === 'refused') return open(walk, reading);
  learn(walk, reading.kind === 'away' ? { kind: 'transient' } : reading);
  if (reading.kind === 'away') await goOnWithout(walk, reading.reason);
}
