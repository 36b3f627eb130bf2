/** Whether leads can be taken in at the moment: nobody waits for a database that is away, and no outbox grows for ever. */
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { isOfTheData } from '@leads/database';
import { Rounds, SECOND_MS, within } from '@leads/pacing';
import { ProblemError } from '@leads/service';
import { databaseUnavailable, outboxFull } from './refusals.ts';

/** How often the database is looked at, and how long it may take to answer then, in milliseconds. */
const LOOK = { everyMs: SECOND_MS / 2, withinMs: SECOND_MS };

/** After so many looks in a row without an answer the database is away: one alone may be a busy machine's. */
const LOOKS_WITHOUT_ANSWER = 2;

/** How long the database may take for one answer while others get theirs, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10 * SECOND_MS;

/** What the gate asks of the database. */
export interface GateParts {
  /** Whether the outbox holds more events than it may. @throws where the database does not answer */
  isOutboxFull: () => Promise<boolean>;
  /** @param error what closed it, where that is no set size */
  onChange: (closed: Closed | undefined, error?: unknown) => void;
}

/** Why nothing is taken in. */
export type Closed = 'database-away' | 'outbox-full';

const REFUSALS = { 'database-away': databaseUnavailable, 'outbox-full': outboxFull };

export class IntakeGate implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private closed: Closed | undefined;
  private readonly waiting = new Set<(reason: unknown) => void>();
  private readonly rounds: Rounds;
  private lostLooks = 0;
  /** When the database last answered anybody, on the clock of `performance.now()`. */
  private answeredAt = -Infinity;

  constructor(private readonly parts: GateParts) {
    this.rounds = new Rounds(() => this.look(), {
      ...{ everyMs: LOOK.everyMs, firstMs: 0 },
      onError: () => undefined,
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  /**
   * What the database says, or a refusal: at once where the gate is closed, or as soon as it closes meanwhile.
   * @throws the refusal where the database is away or takes too long; else what it has against the question
   */
  async ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    if (this.closed) throw REFUSALS[this.closed]();
    const { promise: refused, reject } = Promise.withResolvers<never>();
    this.waiting.add(reject);
    const asked = performance.now();
    try {
      const answer = await Promise.race([within(ANSWER_TIMEOUT_MS, question), refused]);
      this.answeredAt = performance.now();
      return answer;
    } catch (error) {
      if (error instanceof ProblemError || isOfTheData(error)) throw error;
      // Nobody else is to find that out by waiting; but where others were answered meanwhile, it is this question's.
      if (this.answeredAt < asked) this.become('database-away', error);
      throw databaseUnavailable();
    } finally {
      this.waiting.delete(reject);
    }
  }

  private async look(): Promise<void> {
    const asked = performance.now();
    try {
      const isFull = await within(LOOK.withinMs, this.parts.isOutboxFull);
      this.lostLooks = 0;
      this.become(isFull ? 'outbox-full' : undefined);
    } catch (error) {
      this.lostLooks = this.answeredAt < asked ? this.lostLooks + 1 : 0;
      if (this.lostLooks >= LOOKS_WITHOUT_ANSWER) this.become('database-away', error);
    }
  }

  private become(closed: Closed | undefined, error?: unknown): void {
    if (closed === this.closed) return;
    this.closed = closed;
    this.parts.onChange(closed, error);
    // What is in hand while the outbox is merely full goes on.
    if (closed === 'database-away') for (const reject of this.waiting) reject(databaseUnavailable());
  }
}
