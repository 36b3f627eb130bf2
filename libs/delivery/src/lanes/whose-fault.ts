/** Whose fault a refusal is: the lead's, the connection's or nobody's, by what the same lane was answered before and since. */
import { type BackOff, backOffMs, DAY_MS, HOUR_MS, MINUTE_MS } from '@leads/pacing';

/** Whom an answer's own words point at. A suspicion only: what else the lane is answered decides. */
export type Suspect =
  /** The destination stumbled; the next try mostly passes: a deadlock, a time-out, a lost transaction. */
  | 'nobody'
  /** A value of this lead: too long, not an option, malformed. */
  | 'lead'
  /** The destination's own rules, which may refuse one lead, one kind of leads, or all. */
  | 'rule'
  /** What every lead needs alike: the user, what it may do, the destination itself. */
  | 'connection'
  /** Nothing that is known. */
  | 'unknown';

/** One refusal, as its destination reads it. */
export interface Refusal {
  suspect: Suspect;
  /** What makes two refusals the same one: the code, and what the text names; never a value of a lead. */
  signature: string;
}

/** What a lead has met so far. */
export interface Tried {
  leadId: string;
  /** Refusals that count against the lead, kept with it. */
  strikes: number;
  /** The signature of the last of them. */
  signature: string | undefined;
}

/** Whose fault it is, and so what happens next. */
export type Fault =
  /** Not known yet: the lead is tried again, and others go on meanwhile. */
  | { of: 'nobody'; afterMs: number; strikes: number }
  /** Every lead is refused alike: they wait, and none is struck. */
  | { of: 'connection' }
  /** This lead's: it is dead. Others passed since it was first refused, or there were none that could. */
  | { of: 'lead'; amongOthers: boolean };

/** The answers to the leads of one request. */
export interface Answered {
  /** How many leads the destination took. */
  passed: number;
  refused: { tried: Tried; refusal: Refusal }[];
}

/**
 * How often a lead is tried before it can be dead, with which pauses; and where no other passed meanwhile, since none
 * came or none was taken, for how long at least.
 *
 * - nobody: deadlocks and lost transactions pass within seconds, maintenance within hours. Nothing speaks of the lead:
 *   it waits for as long as no other passes.
 * - lead: the same value is refused the same way, whenever; the second try is for what was read wrongly the first time.
 * - rule: plug-ins fail in passing more often than they mean it, all of them for a minute or two where one is put in.
 * - connection, unknown: long enough for another lead to show whether it passes; without one they wait as well.
 */
export const TRIES: Readonly<Record<Suspect, { tries: number; pause: BackOff; aloneMs: number }>> = {
  nobody: { tries: 6, pause: { firstMs: 2_000, mostMs: 120_000, leastMs: 1_000 }, aloneMs: Infinity },
  lead: { tries: 2, pause: { firstMs: 2_000, mostMs: 2_000, leastMs: 1_000 }, aloneMs: 1_000 },
  rule: { tries: 4, pause: { firstMs: 4_000, mostMs: 60_000, leastMs: 2_000 }, aloneMs: 5 * MINUTE_MS },
  connection: { tries: 4, pause: { firstMs: 4_000, mostMs: 60_000, leastMs: 2_000 }, aloneMs: Infinity },
  unknown: { tries: 4, pause: { firstMs: 4_000, mostMs: 60_000, leastMs: 2_000 }, aloneMs: Infinity },
};

/**
 * When the same refusal, with nothing passing between, is the connection's: so many requests, so many different
 * leads, over so many milliseconds. What points at the connection needs little more; what points at a lead or a rule
 * needs several leads, since one kind of lead may come alone for a while.
 */
const GENERAL: Readonly<Record<Suspect, { requests: number; leads: number; spanMs: number }>> = {
  connection: { requests: 3, leads: 1, spanMs: 5_000 },
  unknown: { requests: 4, leads: 2, spanMs: 5_000 },
  rule: { requests: 8, leads: 5, spanMs: 10_000 },
  lead: { requests: 8, leads: 5, spanMs: 10_000 },
  nobody: { requests: 8, leads: 5, spanMs: 10_000 },
};

/**
 * The same where the refusal is one that leads met before while others passed: of a kind that only some are refused
 * for, a few can be all that is left, and many in a row still show that all are refused for it by now.
 */
const GENERAL_OF_SOME = { requests: 48, leads: 32, spanMs: 10_000 };

/** How long it is remembered that some leads were refused so while others passed, in milliseconds: rules change. */
const REMEMBERS_SOME_MS = 7 * DAY_MS;

/** A refusal that some leads met while others passed, and when that was seen last; in milliseconds since the epoch. */
export interface OfSome {
  signature: string;
  at: number;
}

/**
 * How often others must have passed between two refusals of a lead before it can be dead. What points at the
 * connection wants it twice: once could be an outage that was mended and came again.
 */
const OVERTAKEN: Readonly<Record<Suspect, number>> = {
  nobody: 1,
  lead: 1,
  rule: 1,
  connection: 2,
  unknown: 1,
};

/** The most refused leads that are remembered; the oldest are forgotten, and then merely tried more often. */
const MOST_REMEMBERED = 10_000;

/** The most leads that are told apart for one signature, and signatures for one lane: beyond, more change nothing. */
const MOST_TOLD_APART = GENERAL_OF_SOME.leads;
const MOST_SIGNATURES = 64;

/** One refusal that comes again and again with nothing passing between. */
interface Repeated {
  since: number;
  requests: number;
  leads: Set<string>;
}

/** Nothing had passed here yet. */
const FORMER = { first: 0, passes: 0, times: 0 };

/** A refused lead, beside the others. */
interface Overtaken {
  /** When it was refused first. */
  since: number;
  /** How many leads had passed before this one was first refused, and when it was refused last. */
  first: number;
  passes: number;
  /** Between how many of its refusals others passed. */
  times: number;
}

/**
 * What one lane was answered lately. Pure but for its own state: time and randomness are passed in. It lives as long
 * as its writer holds the lane. Another writer that takes the lane over begins with what is kept of it, which refusals
 * some leads met while others passed; without the rest it tries more often, never less.
 */
export class Evidence {
  private passes = 0;
  /** Refusals since the last lead passed, by signature. */
  private readonly repeated = new Map<string, Repeated>();
  private readonly overtaken = new Map<string, Overtaken>();
  private readonly ofSome: Map<string, number>;
  private hasLearned = false;

  /**
   * @param ofSome what is known from before
   * @param ruleAloneMs another time for what rules refuse, in milliseconds
   */
  constructor(
    ofSome: readonly OfSome[] = [],
    private readonly ruleAloneMs = TRIES.rule.aloneMs,
  ) {
    this.ofSome = new Map(ofSome.map(({ signature, at }) => [signature, at]));
  }

  /** Whether something was refused since the last lead passed, so that the lane should feel its way. */
  get isSuspicious(): boolean {
    return this.repeated.size > 0;
  }

  /** What is to be kept for whoever has the lane next; `undefined` where nothing has been learned since it was last asked. */
  learned(): OfSome[] | undefined {
    if (!this.hasLearned) return undefined;
    this.hasLearned = false;
    return [...this.ofSome].map(([signature, at]) => ({ signature, at }));
  }

  /**
   * Takes in the answers to one request. Those of a request that some passed in count as others that pass.
   * @param now milliseconds since the epoch
   * @param random a number in [0, 1)
   * @returns whose fault each refusal is, in the order of `refused`
   */
  judge({ passed, refused }: Answered, now: number, random: number): Fault[] {
    const before = this.passes;
    this.passes += passed;
    for (const { tried } of refused) this.overtake(tried, before, now);
    for (const { tried, refusal } of refused) this.noteSome(tried.leadId, refusal, now);
    if (passed > 0) this.repeated.clear();
    else this.repeat(refused, now);
    return refused.map(({ tried, refusal }) => this.faultOf(tried, refusal, now, random));
  }

  private faultOf(tried: Tried, { suspect, signature }: Refusal, now: number, random: number): Fault {
    const strikes = tried.strikes + 1;
    const { tries, pause } = TRIES[suspect];
    const aloneMs = suspect === 'rule' ? this.ruleAloneMs : TRIES[suspect].aloneMs;
    const isUsedUp = strikes >= (tried.signature === signature ? tries : 2 * tries);
    if (isUsedUp && this.wasOvertaken(tried.leadId, suspect)) return this.end(tried.leadId, signature, now);
    if (this.isGeneral(suspect, signature, now)) return { of: 'connection' };
    // No other lead came that could have passed: what speaks of the lead is believed in time, else it waits.
    if (isUsedUp && aloneMs === Infinity) return { of: 'connection' };
    const leftMs = (this.overtaken.get(tried.leadId)?.since ?? now) + aloneMs - now;
    if (isUsedUp && leftMs <= 0) return this.end(tried.leadId, signature, now);
    const pauseMs = backOffMs(strikes, random, pause);
    // The last try comes when the time is over.
    const isLastNext = aloneMs < Infinity && strikes + 1 >= tries;
    return { of: 'nobody', afterMs: isLastNext ? Math.max(pauseMs, leftMs) : pauseMs, strikes };
  }

  private end(leadId: string, signature: string, now: number): Fault {
    const hasPassed = this.passes > (this.overtaken.get(leadId)?.first ?? this.passes);
    const amongOthers = hasPassed || this.isOfSome(signature, now);
    this.overtaken.delete(leadId);
    return { of: 'lead', amongOthers };
  }

  private isGeneral(suspect: Suspect, signature: string, now: number): boolean {
    const repeated = this.repeated.get(signature);
    if (!repeated) return false;
    const { requests, leads, spanMs } = this.isOfSome(signature, now) ? GENERAL_OF_SOME : GENERAL[suspect];
    return repeated.requests >= requests && repeated.leads.size >= leads && now - repeated.since >= spanMs;
  }

  private isOfSome(signature: string, now: number): boolean {
    return now - (this.ofSome.get(signature) ?? -Infinity) < REMEMBERS_SOME_MS;
  }

  /** What speaks of a lead or a rule, and came again to a lead that others overtook, is no matter of all leads. */
  private noteSome(leadId: string, { suspect, signature }: Refusal, now: number): void {
    if ((suspect !== 'lead' && suspect !== 'rule') || !this.wasOvertaken(leadId, suspect)) return;
    if (now - (this.ofSome.get(signature) ?? -Infinity) < HOUR_MS) return;
    this.ofSome.delete(signature);
    this.ofSome.set(signature, now);
    const [oldest] = this.ofSome.keys();
    if (this.ofSome.size > MOST_SIGNATURES && oldest !== undefined) this.ofSome.delete(oldest);
    this.hasLearned = true;
  }

  private wasOvertaken(leadId: string, suspect: Suspect): boolean {
    return (this.overtaken.get(leadId)?.times ?? 0) >= OVERTAKEN[suspect];
  }

  /** Counts one request for each signature in it; a lead that others overtook says nothing of the connection. */
  private repeat(refused: Answered['refused'], now: number): void {
    const counted = new Set<string>();
    for (const { tried, refusal } of refused) {
      const { signature, suspect } = refusal;
      if (this.wasOvertaken(tried.leadId, suspect)) continue;
      const repeated = this.repeated.get(signature) ?? { since: now, requests: 0, leads: new Set() };
      if (!counted.has(signature)) repeated.requests += 1;
      if (repeated.leads.size < MOST_TOLD_APART) repeated.leads.add(tried.leadId);
      counted.add(signature);
      if (this.repeated.size < MOST_SIGNATURES) this.repeated.set(signature, repeated);
    }
  }

  private overtake({ leadId, strikes }: Tried, before: number, now: number): void {
    // Who was refused under a former holder of the lane was so before anything that passed here.
    const known = this.overtaken.get(leadId) ?? (strikes > 0 ? { ...FORMER, since: now } : undefined);
    const times = (known?.times ?? 0) + (known && this.passes > known.passes ? 1 : 0);
    const { since, first } = known ?? { since: now, first: before };
    this.overtaken.delete(leadId);
    this.overtaken.set(leadId, { since, first, passes: this.passes, times });
    const [oldest] = this.overtaken.keys();
    if (this.overtaken.size > MOST_REMEMBERED && oldest !== undefined) this.overtaken.delete(oldest);
  }
}
