/** One parcel of a lane: sent ▸ whose fault a refusal is ▸ what the answers mean for the lane ▸ what became of each lead, written down. */
import type { Reason } from '@leads/contracts';
import { type BackOff, MINUTE_MS, SECOND_MS } from '@leads/pacing';
import type { Logger } from '@leads/service';
import type { Destination, Refused, Sender, Session } from './destination.ts';
import { endOf } from './end-of-lead.ts';
import type { Delivery } from './lanes/deliveries.ts';
import type { Lane } from './lanes/lane.ts';
import type { LaneStore } from './lanes/lane-store.ts';
import type { Verdict } from './lanes/pace.ts';
import type { Evidence, Fault } from './lanes/whose-fault.ts';
import { sendParcel } from './send-parcel.ts';
import { defectsOf, type Read, say, UNSENT } from './send-request.ts';

/** What the walk works with. */
export interface DeliveryParts {
  destination: Pick<Destination, 'name' | 'mostInRequest' | 'withheld'>;
  session: Session;
  store: LaneStore;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** The time by the database's clock, by which all that is written down is dated. */
  date: () => Date;
  /** A number in [0, 1). */
  random: () => number;
  /** How long a lead that rules refuse is tried while no other passes, in milliseconds. */
  refusedAloneMs?: number | undefined;
}

/** The parts, and what the walk of one lane knows while it lasts. */
export interface Walk extends DeliveryParts {
  lane: Lane;
  evidence: Evidence;
  /** Leads whose end could not be written down: their records may be there. */
  unsettled: Set<string>;
  /** Whether leads may wait for no other reason than that the destination did not work. */
  hasWaiting: boolean;
}

/** How long a lane stands still after it could not do what it is for. */
export const STUMBLED: BackOff = { firstMs: SECOND_MS, mostMs: MINUTE_MS, leastMs: SECOND_MS };

/** One parcel's way, to the end of each lead in it. Never rejects: what could not be written down is tried again. */
export async function deliverParcel(walk: Walk, parcel: Delivery[], sender: Sender): Promise<void> {
  const { lane, destination, store, log, random, unsettled } = walk;
  const ids = parcel.map(({ accepted }) => accepted.leadId);
  try {
    const ending: Promise<void>[] = [];
    const refused: Read<Refused>[] = [];
    let passed = 0;
    let isWorking = false;
    let away: Reason | undefined;
    for await (const reads of sendParcel(parcel, { lane, sender, destination, log, random })) {
      refused.push(...reads.filter(isRefused));
      const others = reads.filter((read) => !isRefused(read));
      passed += others.filter(({ reading }) => reading.kind === 'written' && !reading.foundThere).length;
      isWorking ||= others.some(({ reading }) => reading.kind === 'written');
      away ??= others.flatMap(awayReason)[0];
      // Those that passed do not wait for what becomes of those that did not.
      const ended = settle(walk, others, []);
      ended.catch(() => undefined);
      ending.push(ended);
    }
    const answered = await secondLook(walk, refused, sender);
    const faults = walk.evidence.judge(
      {
        passed,
        refused: answered.refused.map(({ delivery, reading }) => ({
          tried: triedOf(delivery),
          refusal: reading,
        })),
      },
      Date.now(),
      random(),
    );
    const learned = walk.evidence.learned();
    if (learned) await store.keepRefusedSome(learned);
    if (isWorking || refused.length > 0) await store.isBack(walk.date());
    else if (away) await goOnWithout(walk, away);
    await react(walk, passed, answered.refused, faults);
    await Promise.all([...ending, settle(walk, answered.others, []), settle(walk, answered.refused, faults)]);
    for (const id of ids) unsettled.delete(id);
    if (isWorking) await wake(walk);
  } catch (error) {
    for (const id of ids) unsettled.add(id);
    lane.pace.hold(STUMBLED.firstMs, Date.now());
    const { connectionId } = lane;
    // Still pending in the database: looked up, and sent again where it is not there.
    const told = { error, connectionId, leads: parcel.length };
    say(log, () => log.error(told, 'what became of leads could not be written down; they are tried again'));
  }
}

/** Why nobody answered, where that is so and no defect of ours. */
function awayReason({ reading, isDefect }: Read): Reason[] {
  const isAway = reading.kind === 'away' || (reading.kind === 'unclear' && !reading.taken);
  return isAway && !isDefect ? [reading.reason] : [];
}

function isRefused(read: Read): read is Read<Refused> {
  return read.reading.kind === 'refused';
}

function triedOf({
  accepted: { leadId },
  strikes,
  signature,
}: Delivery): Parameters<Evidence['judge']>[0]['refused'][number]['tried'] {
  return { leadId, strikes, signature };
}

/** A refusal that a second look has confirmed, and that came again a moment later, is in doubt no more. */
function isInDoubt({ delivery, reading }: Read<Refused>): boolean {
  const isConfirmed = delivery.strikes > 0 && delivery.signature === reading.signature;
  return reading.isDoubtful === true && !isConfirmed;
}

/** The destination's second look at refusals that are in doubt. */
async function secondLook(
  walk: Walk,
  refused: Read<Refused>[],
  sender: Sender,
): Promise<{ refused: Read<Refused>[]; others: Read[] }> {
  const doubted = refused.filter(isInDoubt);
  if (doubted.length === 0 || !sender.reconsider) return { refused, others: [] };
  let reads: Read[];
  try {
    const readings = await sender.reconsider(doubted);
    reads = doubted.map((read, index) => ({ ...read, reading: readings[index] ?? read.reading }));
  } catch (error) {
    reads = defectsOf(
      doubted.map(({ delivery }) => delivery),
      UNSENT,
      error,
      walk,
    );
  }
  return {
    refused: [...refused.filter((read) => !isInDoubt(read)), ...reads.filter(isRefused)],
    others: reads.filter((read) => !isRefused(read)),
  };
}

/** What the answers to a parcel mean for the lane: its pace, and whether its connection works. */
async function react(walk: Walk, passed: number, refused: Read<Refused>[], faults: Fault[]): Promise<void> {
  const general = refused.find((_, index) => faults[index]?.of === 'connection');
  if (passed > 0) return close(walk);
  if (general) return open(walk, general.reading);
  if (refused.length === 0) return;
  const isOfLeads = refused.some(({ reading: { suspect } }) => suspect === 'lead' || suspect === 'rule');
  learn(walk, { kind: isOfLeads ? 'lead-refused' : 'transient' });
  // Who refuses a lead for itself has let its user in.
  if (isOfLeads && walk.lane.brokenSuspect === 'connection') await close(walk);
}

/** The connection is broken: leads wait. */
export async function open(walk: Walk, { reason, suspect }: Refused): Promise<void> {
  const { lane, store, log, date } = walk;
  walk.hasWaiting = true;
  learn(walk, { kind: 'connection-broken' });
  if (lane.brokenCause === reason.cause) return;
  await store.openBreaker(reason, suspect, date());
  lane.setBroken(reason.cause, suspect);
  const { connectionId } = lane;
  say(log, () => log.warn({ connectionId, reason }, 'the connection is broken; leads wait'));
}

async function close({ lane, store, log, date }: Walk): Promise<void> {
  if (lane.brokenCause === null) return;
  await store.closeBreaker(date(), 'works');
  lane.setBroken(null);
  const { connectionId } = lane;
  say(log, () => log.info({ connectionId }, 'the connection works again'));
}

/**
 * Nothing waits in the lane. What a rule or a value broke is broken for leads alone: the last of them are dead, and the
 * next one shows how it is by then. What every lead needs stays broken until it is seen to work.
 */
export async function endIdleTrouble({ lane, store, log, date }: Walk): Promise<void> {
  const { brokenCause, brokenSuspect, connectionId } = lane;
  if (brokenCause === null || brokenSuspect === null || brokenSuspect === 'connection') return;
  if (!(await store.closeBreaker(date(), 'nothing-waits'))) return;
  lane.setBroken(null);
  say(log, () => log.info({ connectionId, brokenCause }, 'no lead waits for a broken connection any more'));
}

/** What answers mean for the pace of the lane. */
export function learn({ lane, random }: Walk, verdict: Verdict): void {
  lane.pace.learn(verdict, undefined, Date.now(), random());
  lane.wake();
}

/** A pass shows that the destination works: what waits only because it did not is due at once. */
async function wake(walk: Walk): Promise<void> {
  if (!walk.hasWaiting) return;
  walk.hasWaiting = false;
  try {
    await walk.store.wakeWaiting();
  } catch (error) {
    walk.hasWaiting = true;
    const { connectionId } = walk.lane;
    say(walk.log, () =>
      walk.log.warn({ error, connectionId }, 'waiting leads could not be woken; they wake by themselves'),
    );
  }
}

/** Writes down what became of leads. @param faults of refusals, in order */
async function settle(walk: Walk, reads: Read[], faults: Fault[]): Promise<void> {
  if (reads.length === 0) return;
  const at = walk.date();
  const settlements = reads.map((read, index) => ({
    delivery: read.delivery,
    end: endOf(read, faults[index], walk.random()),
    at,
  }));
  walk.hasWaiting ||= reads.some(({ reading: { kind } }) => kind !== 'written' && kind !== 'refused');
  await walk.store.settle(settlements);
}

/** Nothing could be sent, by nobody's fault. */
export function goOnWithout({ store, destination, date }: Walk, reason: Reason): Promise<void> {
  return store.isAway(reason, destination.name, date());
}
