/** What the engine asks of a destination, and all that it knows of one: where leads go, and what was answered there. */
import type { Reason } from '@leads/contracts';
import type { Connection, Identity, Lane } from './lanes/lane.ts';
import type { Delivery, WrittenRecord } from './lanes/deliveries.ts';
import type { Capacity, Limit, Limits } from './lanes/limits.ts';
import type { WindowLimit } from './lanes/request-budget.ts';
import type { Refusal } from './lanes/whose-fault.ts';
import type { ValidationSteps } from './validation/validation-steps.ts';

/** The token under which {@link Destination} is provided. */
export const DESTINATION = Symbol('destination');

/**
 * A kind of place that leads go to.
 * @typeParam Message a lead as it is sent
 * @typeParam Answer what comes back for a lead, as the destination itself reads it
 */
export interface Destination<Message = unknown, Answer = unknown> {
  /** What it is called in logs and to people. */
  readonly name: string;
  /** The most requests of one lane in flight at a time. */
  readonly mostInFlight: number;
  /** The most leads in one request; 1 where each goes alone. */
  readonly mostInRequest: number;
  /** How many requests at a time to begin with, where it wants a slow start. */
  readonly firstAtATime?: number;
  /** How many requests of one identity it permits as a rule, where that is known. */
  readonly usualLimit?: WindowLimit;
  /** The names of the steps that end this half of a Validate: its sum, and the one that says why it was not made. */
  readonly steps: { readonly sum: string; readonly unmade: string };
  /** What connections have in common that its limits count together, as a word; each by itself unless told. */
  sharedBy?(identity: Identity): string;
  /**
   * A person has saved a connection of this identity or validates it: what was remembered of it before that moment
   * counts no more. Told in every instance that keeps to the limits of the identity.
   */
  lifted?(identity: Identity, at: Date): void;
  /** Why a lead is not to be sent at all, as its connection wants it; nothing where it is. */
  withheld?(delivery: Delivery, lane: Lane): Reason | undefined;
  /** Opens what one lane works with; no two lanes share its connections, so that a slow one holds up nobody else. */
  open(lane: Lane): Session<Message, Answer>;
  /**
   * Checks the set-up of a connection, and tells each check by the steps.
   * @param limits what every question keeps to, and is learned from every answer
   * @throws once their signal is given
   */
  validate(connection: Connection, steps: ValidationSteps, limits: Limits): Promise<void>;
}

/** What one lane works with, from when it is taken until nothing of it is in flight any more. */
export interface Session<Message = unknown, Answer = unknown> {
  /** Has at hand what sending needs: a right to send, what is known of the place. Called before what is due is sent, and once after a save. */
  prepare(): Promise<Prepared<Message, Answer>>;
  /** Cuts off what is in flight: whether it had its effect is unknown. */
  abort(): void;
  /** Waits for what goes on beside the deliveries, and lets go of everything. */
  close(): Promise<void>;
}

/**
 * Either leads can be sent, or the reading says why none can, and a refusal here is the connection's for certain; or
 * what is missing will be there soon, and is looked for again in so many milliseconds, which is nobody's fault.
 */
export type Prepared<Message = unknown, Answer = unknown> =
  | { kind: 'ready'; sender: Sender<Message, Answer> }
  | { kind: 'not-ready'; reading: Throttled | Away | Refused }
  | { kind: 'not-yet'; againMs: number; reason: Reason };

/** Sends leads and reads what came back; used for what was due together, and while requests of it are in flight. */
export interface Sender<Message = unknown, Answer = unknown> {
  /** The lead as it is sent; pure. A throw concerns this lead alone. */
  map(delivery: Delivery): Message;
  /**
   * One request. Whatever comes back, or does not, is an answer and never an exception.
   * @param way `apart`: each lead stands for itself. `together`: as fast as it goes, even where one fails all.
   * @param cut given where the request is not worth waiting for any more
   */
  send(messages: readonly Message[], way: 'together' | 'apart', cut: AbortSignal): Promise<Sent<Answer>>;
  /** What an answer says by itself of its lead; called once for each lead. */
  judge(answer: Answer, delivery: Delivery): Reading;
  /** Looks whether the records of leads are there, by their ids, in one request. @param cut as for {@link send} */
  look(leadIds: readonly string[], cut: AbortSignal): Promise<Look>;
  /** A second look at refusals that are in doubt. @returns the readings to go by, in order */
  reconsider?(doubted: readonly { delivery: Delivery; reading: Refused }[]): Promise<Reading[]>;
}

/** What came back for one request. */
export interface Sent<Answer> {
  /** An answer for each lead, in order; the only one where it holds for the whole request. */
  answers: readonly Answer[];
  /** Whether the request was answered as a whole: where it was refused so, sent apart others of its leads may pass. */
  isWhole: boolean;
  capacity?: Capacity;
}

/** What a look at records showed. */
export type Look =
  /** Those that are there; the others are not. */
  | { kind: 'seen'; there: ReadonlyMap<string, WrittenRecord> }
  /** This connection may not read records. */
  | { kind: 'forbidden' }
  | { kind: 'failed'; reading: Throttled | Away | Outdated | Refused };

/** What every reading but a plain success says. */
interface Why {
  reason: Reason;
  /** What the destination said in its own terms, for the log. */
  said?: Record<string, string | number>;
}

/** What an answer says by itself. Whose fault a refusal is, other answers decide: the lane has them. */
export type Reading = Written | Unclear | Throttled | Away | Outdated | Refused;

/** The destination itself confirmed the record by its id; nothing else is this. */
export interface Written {
  kind: 'written';
  record: WrittenRecord;
  /** A look showed it: an earlier attempt had got there. */
  foundThere?: true;
}

/** The record may be there or not: it is looked up before the lead is sent again. */
export interface Unclear extends Why {
  kind: 'unclear';
  /** "Taken already", by this lead or by another record: where a look does not find it, the lead was refused so. */
  taken?: { refused: Refused; record: WrittenRecord };
}

/** The destination asks to be left alone for so many milliseconds, however many; no attempt of the lead. */
export interface Throttled extends Why {
  kind: 'throttled';
  waitMs: number;
  /** The limit that was exceeded, where it is named. */
  limit?: Limit | undefined;
}

/** The destination works for nobody at present. */
export interface Away extends Why {
  kind: 'away';
}

/** What was at hand for sending was out of date: the lead is sent again with what is new, at once or after `againMs`. */
export interface Outdated extends Why {
  kind: 'outdated';
  againMs?: number;
}

/** The lead is not there, and this is why. */
export interface Refused extends Why, Refusal {
  kind: 'refused';
  /** Whether {@link Sender.reconsider} is to look again. */
  isDoubtful?: boolean;
  /** The destination also asks to be left alone for so many milliseconds, however many. */
  waitMs?: number;
}
