/** A parcel's way to its destination: what may be there is looked up ▸ the others are sent ▸ what is refused or lost as a whole is sent apart, and halved. */
import type { Look, Reading, Written } from './destination.ts';
import type { Delivery } from './lanes/deliveries.ts';
import { lookAt, type Read, request, type SendingParts, type Way } from './send-request.ts';

/** Sends leads the fastest way. Yields what was read, each lead once, as it comes; never throws. */
export async function* sendParcel(parcel: Delivery[], parts: SendingParts): AsyncGenerator<Read[], void> {
  const missing = yield* lookUp(
    parcel.filter(({ isUnclear }) => isUnclear),
    parts,
  );
  const deliveries = [...parcel.filter(({ isUnclear }) => !isUnclear), ...missing];
  if (deliveries.length === 0) return;
  // What was refused before, or may be there, could fail all that are sent together.
  const isFresh = deliveries.every(({ strikes, isUnclear }) => strikes === 0 && !isUnclear);
  yield* sendOut(deliveries, deliveries.length > 1 && isFresh ? 'together' : 'apart', parts);
}

/** What is known of one parcel while it is halved. */
interface Halving {
  /** Whether one of its leads was alone with nobody's answer, while a look was answered. */
  hasLost: boolean;
}

/**
 * Sends leads in one request; where that is refused as a whole, apart, and then by halves, until only those are left
 * that are refused alone.
 * @returns what keeps any lead from being sent on, where there is such a thing
 */
async function* sendOut(
  deliveries: Delivery[],
  way: Way,
  parts: SendingParts,
  halving?: Halving,
): AsyncGenerator<Read[], Reading | undefined> {
  const { reads, isWhole, isCut } = await request(deliveries, way, parts);
  const [first] = reads;
  if (first && isWhole && deliveries.length > 1) {
    if (mayBeOfSome(first.reading, way)) {
      const others = first.reading.kind === 'unclear' ? yield* lookUp(deliveries, parts) : deliveries;
      return yield* sendOn(others, way, parts, halving);
    }
    // Nobody answered these before, either: while a look is answered, it may be for one of them.
    if (isLost(first.reading) && !isCut && deliveries.every(({ attempts }) => attempts > 0)) {
      const look = await lookAt(idsOf(deliveries), parts);
      if (look?.kind === 'seen') {
        const others = yield* missingIn(look, deliveries);
        return yield* sendOn(others, 'apart', parts, halving ?? { hasLost: false });
      }
    }
  }
  yield* settleTaken(reads, parts);
  const reading = reads.at(-1)?.reading;
  const isSpared =
    halving?.hasLost === false && deliveries.length === 1 && reading !== undefined && isLost(reading);
  if (!isSpared) return hindrance(reading);
  halving.hasLost = true;
  return undefined;
}

/** Sends on what was refused or lost together: apart, and what went apart by halves. */
async function* sendOn(
  deliveries: Delivery[],
  way: Way,
  parts: SendingParts,
  halving?: Halving,
): AsyncGenerator<Read[], Reading | undefined> {
  if (deliveries.length === 0) return undefined;
  if (way === 'together') return yield* sendOut(deliveries, 'apart', parts, halving);
  const middle = Math.ceil(deliveries.length / 2);
  const [some, others] = [deliveries.slice(0, middle), deliveries.slice(middle)];
  const hindered = yield* sendOut(some, 'apart', parts, halving);
  if (others.length === 0) return hindered;
  if (!hindered) return yield* sendOut(others, 'apart', parts, halving);
  yield others.map((delivery) => ({ delivery, reading: hindered }));
  return hindered;
}

/** Whether an answer that refused many leads may be about some of them alone. */
function mayBeOfSome(reading: Reading, way: Way): boolean {
  if (reading.kind === 'unclear') return reading.taken !== undefined;
  // Who asks to be left alone speaks of itself.
  if (reading.kind === 'refused' && reading.waitMs !== undefined) return false;
  // Sent apart, each lead would have had an answer of its own if it were the lead that is refused.
  return reading.kind === 'refused' && (way === 'together' || reading.suspect !== 'connection');
}

/** Whether nobody answered who knows what became of the leads. */
function isLost(reading: Reading): boolean {
  return reading.kind === 'away' || (reading.kind === 'unclear' && !reading.taken);
}

function hindrance(reading: Reading | undefined): Reading | undefined {
  if (reading?.kind === 'throttled' || reading?.kind === 'away') return reading;
  if (reading?.kind === 'unclear' && isLost(reading)) return { kind: 'away', reason: reading.reason };
  return reading?.kind === 'refused' && reading.suspect === 'connection' ? reading : undefined;
}

/** Whether a place is taken by the lead itself or by another record is seen there, in one look. */
async function* settleTaken(reads: Read[], parts: SendingParts): AsyncGenerator<Read[], void> {
  const taken = reads.flatMap(({ delivery, reading }) =>
    reading.kind === 'unclear' && reading.taken ? [{ delivery, ...reading.taken }] : [],
  );
  const clear = reads.filter(({ reading }) => reading.kind !== 'unclear' || !reading.taken);
  if (clear.length > 0) yield clear;
  if (taken.length === 0) return;
  const look = await lookAt(
    taken.map(({ delivery }) => delivery.accepted.leadId),
    parts,
  );
  if (!look) return;
  yield taken.map(({ delivery, refused, record }): Read => {
    if (look.kind === 'failed') return { delivery, reading: look.reading };
    // Where nobody may look, an attempt that may have got there is the only other witness.
    const there = look.kind === 'forbidden' ? delivery.isUnclear : look.there.has(delivery.accepted.leadId);
    return { delivery, reading: there ? foundAs(record) : refused };
  });
}

/** Yields those that are there, or that cannot be looked up now. @returns those that are to be sent */
async function* lookUp(deliveries: Delivery[], parts: SendingParts): AsyncGenerator<Read[], Delivery[]> {
  if (deliveries.length === 0) return [];
  const look = await lookAt(idsOf(deliveries), parts);
  if (!look) return [];
  if (look.kind === 'forbidden') return deliveries;
  if (look.kind === 'seen') return yield* missingIn(look, deliveries);
  yield deliveries.map((delivery) => ({ delivery, reading: look.reading }));
  return [];
}

/** Yields those that a look has shown. @returns the others */
function* missingIn(
  { there }: Extract<Look, { kind: 'seen' }>,
  deliveries: Delivery[],
): Generator<Read[], Delivery[]> {
  const found = deliveries.flatMap((delivery): Read[] => {
    const record = there.get(delivery.accepted.leadId);
    return record ? [{ delivery, reading: foundAs(record) }] : [];
  });
  if (found.length > 0) yield found;
  return deliveries
    .filter(({ accepted }) => !there.has(accepted.leadId))
    .map((delivery) => ({ ...delivery, isUnclear: false }));
}

function idsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ accepted }) => accepted.leadId);
}

function foundAs(record: Written['record']): Written {
  return { kind: 'written', record, foundThere: true };
}
