/** Faults that a test has asked for: which requests they hit, how often, and what happens then. */
import { z } from 'zod';
import type { Incoming } from '../http/exchange.ts';
import { newGuid } from '../ids.ts';

export const FaultRule = z
  .object({
    /** Site it is for; absent: every Microsoft host. */
    host: z.string().toLowerCase().optional(),
    match: z
      .object({
        method: z.string().toUpperCase().optional(),
        /** Text that path and query contain. */
        path: z.string().optional(),
        /** Regular expression over path and query. */
        pattern: z.string().optional(),
        /** Text that the body contains. */
        body: z.string().optional(),
        /** Of requests inside a `$batch`, and of no other: the fault answers in place of that one alone. */
        inBatch: z.boolean().default(false),
      })
      .prefault({}),
    kind: z.enum([
      'status',
      'throttle',
      'aadsts',
      'dataverse',
      'intermediary',
      'delay',
      'slow-body',
      'reset-before-commit',
      'reset-after-commit',
      'truncated',
      'clock-skew',
    ]),
    status: z.number().int().min(200).max(599).optional(),
    /** Sent as it is; an object is sent as JSON, absent is an empty body. */
    body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
    headers: z.record(z.string(), z.string()).default({}),
    /** For 'throttle': which of the three limits answers. */
    limit: z.enum(['requests', 'execution', 'concurrency']).default('requests'),
    retryAfterSeconds: z.number().min(0).optional(),
    /** For 'aadsts' the number of the Entra error, such as 7000215; for 'dataverse' the code, such as 0x80040225. */
    code: z.union([z.number().int(), z.string()]).optional(),
    /** For 'dataverse': the words. */
    text: z.string().optional(),
    /** For 'intermediary', somebody on the way who is not Dataverse: what it answers in Dataverse's place. */
    answer: z
      .enum([
        'sign-in-page',
        'empty',
        'json',
        'accepted',
        'no-content',
        'busy-page',
        'busy-json',
        'busy-empty',
      ])
      .default('sign-in-page'),
    /** For 'delay' before the answer, for 'slow-body' from first to last byte. */
    delayMs: z.number().min(0).default(1000),
    /** For 'clock-skew': how far this host's clock is ahead, ms. */
    skewMs: z.number().default(0),
    /** Share of matching requests that are hit, 0..1. */
    probability: z.number().min(0).max(1).default(1),
    /** Ends after so many hits. */
    times: z.number().int().positive().optional(),
    /** Ends after so many ms. */
    forMs: z.number().positive().optional(),
  })
  .strict();
export type FaultRule = z.output<typeof FaultRule>;

export type ActiveFault = FaultRule & {
  readonly id: string;
  hits: number;
  readonly until: number;
  readonly regex?: RegExp;
};

export class Faults {
  private active: ActiveFault[] = [];

  add(rule: FaultRule, now: number): ActiveFault {
    const fault: ActiveFault = {
      ...rule,
      id: newGuid(),
      hits: 0,
      until: rule.forMs === undefined ? Infinity : now + rule.forMs,
      ...(rule.match.pattern === undefined ? {} : { regex: new RegExp(rule.match.pattern) }),
    };
    this.active.push(fault);
    return fault;
  }

  list(): readonly ActiveFault[] {
    return this.active;
  }

  remove(id: string): boolean {
    const before = this.active.length;
    this.active = this.active.filter((fault) => fault.id !== id);
    return this.active.length < before;
  }

  clear(host?: string): void {
    this.active = host === undefined ? [] : this.active.filter((fault) => fault.host !== host);
  }

  /**
   * The first fault that hits this request, counted as a hit; `random` gives 0..1. Clock skew is not among them.
   * @param inBatch whether it is one of a `$batch`
   */
  take(request: Incoming, now: number, random: () => number, inBatch = false): ActiveFault | undefined {
    if (this.active.length === 0) return undefined;
    this.active = this.active.filter((fault) => fault.until > now && fault.hits < (fault.times ?? Infinity));
    for (const fault of this.active) {
      if (fault.kind === 'clock-skew' || fault.match.inBatch !== inBatch || !hits(fault, request)) continue;
      if (fault.probability < 1 && random() >= fault.probability) continue;
      fault.hits += 1;
      return fault;
    }
    return undefined;
  }

  /** How far the clock of `host` is off, ms. */
  skewOf(host: string, now: number): number {
    if (this.active.length === 0) return 0;
    const skew = this.active.find(
      (fault) => fault.kind === 'clock-skew' && fault.until > now && (fault.host ?? host) === host,
    );
    return skew?.skewMs ?? 0;
  }
}

function hits(fault: ActiveFault, request: Incoming): boolean {
  const { method, path, body } = fault.match;
  if (fault.host !== undefined && fault.host !== request.host) return false;
  if (method !== undefined && method !== request.method) return false;
  if (path !== undefined || fault.regex !== undefined) {
    const target = request.search ? `${request.path}?${request.search}` : request.path;
    if (path !== undefined && !target.includes(path)) return false;
    if (fault.regex !== undefined && !fault.regex.test(target)) return false;
  }
  return body === undefined || request.body.includes(body);
}
