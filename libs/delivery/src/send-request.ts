/** One request of a parcel, counted in the pace for as long as it is in flight: what was answered, and what that says of the pace. */
import type { Logger } from '@leads/service';
import type { Away, Destination, Look, Reading, Sender, Sent, Throttled, Unclear } from './destination.ts';
import type { Delivery } from './lanes/deliveries.ts';
import type { Lane } from './lanes/lane.ts';
import type { Ending } from './lanes/pace.ts';
import { requestsInFlight, throttledRequests } from './metrics.ts';

/** A lead, and what was read in the answer to it. */
export interface Read<Kind extends Reading = Reading> {
  delivery: Delivery;
  reading: Kind;
  /** Whether it was this product that failed, so that the destination is not to blame. */
  isDefect?: true;
}

/** What a parcel is sent with. */
export interface SendingParts {
  lane: Lane;
  sender: Sender;
  destination: Pick<Destination, 'name'>;
  log: Pick<Logger, 'info' | 'error'>;
  /** A number in [0, 1). */
  random: () => number;
}

/** How leads are sent: as fast as it goes, even where one fails all, or each standing for itself. */
export type Way = 'together' | 'apart';

/** How long a request that follows another waits for its turn; later, what it carries is due anew. In milliseconds. */
const PATIENCE_MS = 10_000;

/** Looks for the records of leads. @returns `undefined` where there was no turn for it: the leads are due as they were */
export async function lookAt(leadIds: readonly string[], parts: SendingParts): Promise<Look | undefined> {
  const { lane, sender, log, destination, random } = parts;
  const { pace, connectionId } = lane;
  const startedAt = performance.now();
  const looked = await counted(parts, leadIds.length, async (cut) => {
    const look = await sender.look(leadIds, cut).catch((error: unknown): Look => {
      say(log, () =>
        log.error(
          { error, connectionId, leads: leadIds },
          'a defect: records could not be looked up; tried again',
        ),
      );
      return { kind: 'failed', reading: UNSENT };
    });
    return { look, readings: look.kind === 'failed' ? [look.reading] : [], isAnswer: look.kind !== 'failed' };
  });
  if (!looked) return undefined;
  const { look, isCut } = looked;
  const there = look.kind === 'seen' ? look.there.size : 0;
  const ms = Math.round(performance.now() - startedAt);
  say(log, () =>
    log.info(
      { connectionId, leads: leadIds.length, there, look: look.kind, ms },
      `looked up in ${destination.name}`,
    ),
  );
  if (look.kind === 'failed' && !isCut) learn(parts, [look.reading], undefined);
  if (there > 0) pace.learn({ kind: 'written' }, undefined, Date.now(), random());
  return look;
}

/** One request. Whatever is thrown on the way defers the leads that it concerns, and is logged as the defect it is. */
export async function request(parcel: Delivery[], way: Way, parts: SendingParts): Promise<SentReads> {
  const { lane, sender, destination, log } = parts;
  const defects: Read[] = [];
  const guarded = <Result>(concerned: Delivery[], reading: Reading, work: () => Result): Result[] => {
    try {
      return [work()];
    } catch (error) {
      defects.push(...defectsOf(concerned, reading, error, parts));
      return [];
    }
  };
  const mapped = parcel.flatMap((delivery) =>
    guarded([delivery], UNSENT, () => ({ delivery, message: sender.map(delivery) })),
  );
  const deliveries = mapped.map(({ delivery }) => delivery);
  const unsent = { reads: defects, isWhole: false, isCut: false };
  if (deliveries.length === 0) return unsent;

  const startedAt = performance.now();
  const exchange = async (cut: AbortSignal) => {
    const messages = mapped.map(({ message }) => message);
    const { answers, isWhole, capacity } = await sender.send(messages, way, cut);
    const reads = deliveries.flatMap((delivery, index) => {
      const answer = answers[isWhole ? 0 : index];
      return guarded([delivery], PERHAPS_SENT, (): Read => ({
        delivery,
        reading: answer === undefined ? NO_ANSWER : sender.judge(answer, delivery),
      }));
    });
    return { reads, isWhole, capacity, readings: reads.map(({ reading }) => reading) };
  };
  // Who hung before may be slow, and no more: it is given its time.
  const hasHung = deliveries.some(({ attempts }) => attempts > 0);
  const sent = await counted(parts, deliveries.length, exchange, hasHung).catch(
    (error: unknown): SentReads => ({
      reads: defectsOf(deliveries, PERHAPS_SENT, error, parts),
      isWhole: false,
      isCut: false,
    }),
  );
  // No turn: the leads are due as they were.
  if (!sent) return unsent;
  const ms = Math.round(performance.now() - startedAt);
  const reads = [...sent.reads, ...defects];
  say(log, () => log.info(logLine(lane, reads, ms), `sent to ${destination.name}`));
  const readings = reads.flatMap(({ reading, isDefect }) => (isDefect ? [] : [reading]));
  // After a refusal as too much one request feels its way, whatever is said to be left.
  const isAsked = readings.some((reading) => isThrottled(reading) || askedBeside(reading).length > 0);
  if (sent.capacity && !isAsked) lane.pace.adopt(sent.capacity, Date.now());
  // What was cut off says nothing that the request which passed instead did not say.
  if (!sent.isCut) learn(parts, readings, parcel.length === 1 ? ms : undefined);
  // The next request need not wait until it is written down what became of this one.
  lane.wake();
  return { reads, isWhole: sent.isWhole, isCut: sent.isCut };
}

/** What one request came to. */
export interface SentReads extends Pick<Sent<unknown>, 'isWhole' | 'capacity'> {
  reads: Read[];
  isCut: boolean;
}

/**
 * Counts a request in the pace and the metrics for as long as it is in flight, however it ends. One that may not begin
 * now, since it follows another, waits for its turn.
 * @returns `undefined` where it was not sent: its turn is far off, or the lane is given up
 */
async function counted<Result extends { readings: Reading[]; isAnswer?: boolean }>(
  { lane: { pace, connectionId, whenEnded }, random }: SendingParts,
  rows: number,
  exchange: (cut: AbortSignal) => Promise<Result>,
  isPatient = false,
): Promise<(Result & { isCut: boolean }) | undefined> {
  const now = Date.now();
  const mayBegin = pace.room(now) > 0 && pace.holdMs(now) === 0;
  const begun = mayBegin
    ? pace.begun(now, rows, isPatient)
    : await pace.admission(PATIENCE_MS, rows, whenEnded, isPatient);
  if (!begun) return undefined;
  let ending: Ending = 'failed';
  requestsInFlight.inc();
  try {
    const result = await exchange(begun.cut);
    const { readings } = result;
    const throttled = readings.find(isThrottled);
    if (readings.at(-1)?.kind === 'throttled') ending = 'refused';
    else if (readings.some(({ kind }) => kind === 'written')) ending = 'passed';
    else if (result.isAnswer) ending = 'answered';
    for (const waitMs of readings.flatMap(askedBeside)) pace.limits.refused({ waitMs }, Date.now());
    if (throttled) {
      throttledRequests.inc({ connection: connectionId });
      // Before this one has ended: whoever waits for its place must know.
      pace.learn(throttled, undefined, Date.now(), random());
    }
    return { ...result, isCut: begun.cut.aborted };
  } finally {
    pace.ended(begun, ending, Date.now());
    requestsInFlight.dec();
  }
}

/** What a request that was not refused as too much says of the pace: a success shows that the destination works, whatever else failed. Refusals say nothing by themselves. */
function learn({ lane: { pace }, random }: SendingParts, readings: Reading[], ms: number | undefined): void {
  if (readings.some(isThrottled)) return;
  if (readings.some(({ kind }) => kind === 'written')) {
    return pace.learn({ kind: 'written' }, ms, Date.now(), random());
  }
  if (readings.some((reading) => reading.kind === 'away' || (reading.kind === 'unclear' && !reading.taken))) {
    pace.learn({ kind: 'transient' }, ms, Date.now(), random());
  }
}

/** How long a destination that refused a lead asks to be left alone besides, in milliseconds. */
function askedBeside(reading: Reading): number[] {
  return reading.kind === 'refused' && reading.waitMs !== undefined ? [reading.waitMs] : [];
}

function isThrottled(reading: Reading): reading is Throttled {
  return reading.kind === 'throttled';
}

/** The leads that this product itself failed over: each is tried again, the pause growing. */
export function defectsOf(
  concerned: Delivery[],
  reading: Reading,
  error: unknown,
  { lane: { connectionId }, log }: Pick<SendingParts, 'lane' | 'log'>,
): Read[] {
  const leads = concerned.map(({ accepted }) => accepted.leadId);
  say(log, () =>
    log.error({ error, connectionId, leads }, 'a defect: leads could not be handled; they are tried again'),
  );
  return concerned.map((delivery) => ({ delivery, reading, isDefect: true }));
}

/** A log that fails keeps no lead from its end. */
export function say(log: Pick<Logger, 'error'>, line: () => void): void {
  try {
    line();
  } catch (error) {
    try {
      log.error({ error }, 'a defect: a line could not be logged');
    } catch {
      // There is nowhere left to tell it.
    }
  }
}

/** One wide line a request: every lead that was not simply written, by its id. */
function logLine({ connectionId }: Lane, reads: Read[], ms: number): Record<string, unknown> {
  const [first] = reads;
  const one = reads.length === 1 ? { leadId: first?.delivery.accepted.leadId } : {};
  const others = reads.flatMap(({ delivery, reading }) =>
    reading.kind === 'written'
      ? []
      : {
          leadId: delivery.accepted.leadId,
          reading: reading.kind,
          cause: reading.reason.cause,
          attempt: delivery.attempts + 1,
          ...reading.said,
        },
  );
  return { connectionId, ...one, leads: reads.length, written: reads.length - others.length, others, ms };
}

const NO_ANSWER: Unclear = {
  kind: 'unclear',
  reason: {
    cause: 'no-answer',
    what: 'No answer came for this lead.',
    remedy: 'Nothing is lost and nothing need be done: the lead is tried again by itself.',
  },
};

const DEFECT = {
  cause: 'defect',
  what: 'This product failed over the lead, by a fault of its own.',
  remedy:
    'Nothing is lost: the lead is tried again by itself. Ask the operators of this system to look into the log of the writer.',
};
/** What becomes of leads that were failed over before they were sent. */
export const UNSENT: Away = { kind: 'away', reason: DEFECT };
const PERHAPS_SENT: Unclear = { kind: 'unclear', reason: DEFECT };
