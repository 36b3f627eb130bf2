/** A destination in memory: what it answers is what a test says, and what it has taken can be looked at. */
import type { Reason } from '@leads/contracts';
import type { Delivery, WrittenRecord } from '../lanes/deliveries.ts';
import type {
  Away,
  Destination,
  Look,
  Prepared,
  Reading,
  Refused,
  Sent,
  Session,
  Throttled,
} from '../destination.ts';
import type { ValidationSteps } from '../validation/validation-steps.ts';

/** What a test can have otherwise; each falls to a destination that takes everything at once. */
export interface TestBehaviour {
  mostInFlight?: number;
  mostInRequest?: number;
  /** What keeps it from being sent to. */
  refusal?: () => Throttled | Away | Refused | undefined;
  /** In how many milliseconds what is missing may be there; nothing is missing where that is undefined. */
  missing?: () => number | undefined;
  map?: (delivery: Delivery) => string;
  /** The answers to one request; a single one where it was answered as a whole. */
  answer?: (leadIds: readonly string[], request: number) => Reading[] | Promise<Reading[]>;
  judge?: (answer: Reading) => Reading;
  /** What a look shows: the ids that are there, or why there is nothing to see. */
  look?: (leadIds: readonly string[]) => readonly string[] | Look;
  reconsider?: (readings: Refused[]) => Promise<Reading[]>;
  /** Leads that are not to be sent at all. */
  withheld?: (leadId: string) => boolean;
}

export class TestDestination implements Destination<string, Reading> {
  readonly name = 'the test';
  readonly steps = { sum: 'there', unmade: 'test-writer' };
  readonly mostInFlight: number;
  readonly mostInRequest: number;
  /** The leads of each request so far, and whether they were sent together. */
  readonly requests: { leadIds: readonly string[]; way: 'together' | 'apart' }[] = [];
  /** The leads of each look so far. */
  readonly looks: (readonly string[])[] = [];
  private readonly cut = Promise.withResolvers<never>();

  constructor(readonly behaviour: TestBehaviour = {}) {
    this.mostInFlight = behaviour.mostInFlight ?? 4;
    this.mostInRequest = behaviour.mostInRequest ?? 1;
    this.cut.promise.catch(() => undefined);
  }

  /** Every lead that was sent, as often as it was. */
  get sent(): string[] {
    return this.requests.flatMap(({ leadIds }) => leadIds);
  }

  withheld({ accepted }: Delivery): Reason | undefined {
    return this.behaviour.withheld?.(accepted.leadId) ? WITHHELD : undefined;
  }

  open(): Session<string, Reading> {
    return {
      prepare: () => Promise.resolve(this.prepare()),
      abort: () => this.cut.reject(new Error('cut off')),
      close: () => Promise.resolve(),
    };
  }

  validate(_connection: unknown, steps: ValidationSteps): Promise<void> {
    return steps.tryTestLead().then(() => undefined);
  }

  private prepare(): Prepared<string, Reading> {
    const { behaviour } = this;
    const reading = behaviour.refusal?.();
    if (reading) return { kind: 'not-ready', reading };
    const againMs = behaviour.missing?.();
    if (againMs !== undefined) return { kind: 'not-yet', againMs, reason: NOT_YET };
    const { reconsider } = behaviour;
    return {
      kind: 'ready',
      sender: {
        map: (delivery) => behaviour.map?.(delivery) ?? delivery.accepted.leadId,
        send: (leadIds, way, cut) => this.send(leadIds, way, cut),
        judge: (answer) => behaviour.judge?.(answer) ?? answer,
        look: (leadIds) => Promise.resolve(this.look(leadIds)),
        ...(reconsider && { reconsider: (doubted) => reconsider(doubted.map((one) => one.reading)) }),
      },
    };
  }

  private look(leadIds: readonly string[]): Look {
    this.looks.push(leadIds);
    const look = this.behaviour.look?.(leadIds) ?? [];
    if (!isList(look)) return look;
    return { kind: 'seen', there: new Map(look.map((leadId) => [leadId, recordOf(leadId)])) };
  }

  private async send(
    leadIds: readonly string[],
    way: 'together' | 'apart',
    cut: AbortSignal,
  ): Promise<Sent<Reading>> {
    this.requests.push({ leadIds, way });
    const answering = this.behaviour.answer?.(leadIds, this.requests.length) ?? leadIds.map(written);
    const isCut = new Promise<never>((_, reject) => {
      cut.addEventListener('abort', () => reject(new Error('cut off')), { once: true });
    });
    const answers = await Promise.race([answering, this.cut.promise, isCut]).catch((error: unknown) => {
      if (String(error) === 'Error: cut off') return leadIds.map(() => UNCLEAR);
      throw error;
    });
    return { answers, isWhole: leadIds.length > 1 && answers.length === 1 };
  }
}

const WITHHELD = { cause: 'withheld', what: 'Its connection does not want it sent.', remedy: 'Nothing.' };

const NOT_YET = { cause: 'not-yet', what: 'It is not there yet.', remedy: 'It is looked for again.' };

const UNCLEAR: Reading = {
  kind: 'unclear',
  reason: { cause: 'cut-off', what: 'The request was cut off.', remedy: 'It is looked up.' },
};

function isList(look: readonly string[] | Look): look is readonly string[] {
  return Array.isArray(look);
}

export function recordOf(leadId: string): WrittenRecord {
  return { crmId: leadId, organization: 'https://there.example' };
}

export function written(leadId: string): Reading {
  return { kind: 'written', record: recordOf(leadId) };
}
