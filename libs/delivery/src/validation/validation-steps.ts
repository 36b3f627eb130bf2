/** The steps of a Validate's second half, told in their order as each begins and as it ends, with how long it took. */
import { topics, type ValidationStep } from '@leads/contracts';
import type { DatabaseClock } from '@leads/database';
import type { Publisher } from '@leads/kafka';
import { MINUTE_MS } from '@leads/pacing';
import type { Kysely } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import { deliverTestLead, testLead, type TestLeadEnd } from './deliver-test-lead.ts';

/** How long a Validate waits for its test lead, in milliseconds. */
const TEST_LEAD_PATIENCE_MS = MINUTE_MS;

/** A Validate that was asked for. */
export interface AskedFor {
  validationId: string;
  connectionId: string;
}

/**
 * What a check came to. `unread`: the destination may not be asked this. `doubtful`: it is not as it should be. Of
 * both the test lead decides.
 */
export type Finding =
  | { status: 'passed' }
  | { status: 'warning' | 'failed'; cause: string; remedy: string }
  | { status: 'unread'; cause: string }
  | { status: 'doubtful'; cause: string; remedy: string };

export interface StepsParts {
  database: Kysely<DeliveryTables>;
  clock: Pick<DatabaseClock, 'date'>;
  publisher: Pick<Publisher, 'publish'>;
  destination: { readonly name: string; readonly steps: { readonly sum: string } };
  /** How long a test lead may take, in milliseconds. */
  patienceMs?: number;
}

/** The steps of one Validate. Each of its methods throws where it could not tell, or once the signal is given. */
export class ValidationSteps {
  private hasFailed = false;
  private readonly undecided: { check: string; tookMs: number; finding: Undecided }[] = [];

  /** @param signal once it is given nothing more is told */
  constructor(
    readonly asked: AskedFor,
    private readonly parts: StepsParts,
    readonly signal: AbortSignal = new AbortController().signal,
  ) {}

  /** @returns whether the check has passed, warnings included */
  async check(check: string, look: () => Finding | Promise<Finding>): Promise<boolean> {
    await this.tell({ check, status: 'started', tookMs: 0 });
    const began = performance.now();
    const finding = await look();
    const tookMs = Math.round(performance.now() - began);
    if (finding.status === 'unread' || finding.status === 'doubtful') {
      this.undecided.push({ check, tookMs, finding });
      return true;
    }
    if (finding.status === 'failed') this.hasFailed = true;
    await this.tell({ check, tookMs, ...finding });
    return finding.status !== 'failed';
  }

  /**
   * A real lead's way, from the lane to the destination. What could not be read is concluded from how it went.
   * @returns whether it was written; its id is the Validate's own: begun anew elsewhere, it is still the same record
   */
  async tryTestLead(): Promise<boolean> {
    const { validationId, connectionId } = this.asked;
    const { database, clock, destination, patienceMs = TEST_LEAD_PATIENCE_MS } = this.parts;
    const isWritten = await this.check('test-lead', async () => {
      const accepted = testLead(validationId, connectionId, clock.date());
      return findingOf(await deliverTestLead(database, accepted, patienceMs, this.signal), destination.name);
    });
    for (const { check, tookMs, finding } of this.undecided.splice(0)) {
      const concluded = conclude(finding, isWritten);
      if (concluded.status === 'failed') this.hasFailed = true;
      await this.tell({ check, tookMs, ...concluded });
    }
    return isWritten;
  }

  /** Sums up, and ends the Validate. */
  async end(): Promise<void> {
    const { sum } = this.parts.destination.steps;
    await this.tell({ check: sum, status: this.hasFailed ? 'failed' : 'passed', tookMs: 0 });
    await this.tell({ check: 'validate', status: 'finished', tookMs: 0 });
  }

  private async tell(step: Omit<ValidationStep, keyof AskedFor | 'at'>): Promise<void> {
    this.signal.throwIfAborted();
    const at = this.parts.clock.date().toISOString();
    await this.parts.publisher.publish(topics.validations, [{ ...this.asked, at, ...step }]);
  }
}

type Undecided = Extract<Finding, { status: 'unread' | 'doubtful' }>;

function conclude(
  finding: Undecided,
  isWritten: boolean,
): Pick<ValidationStep, 'status' | 'cause' | 'remedy'> {
  const { cause } = finding;
  if (finding.status === 'doubtful') {
    const { remedy } = finding;
    return isWritten
      ? { status: 'warning', cause: `${cause} The test lead was written all the same.`, remedy }
      : { status: 'failed', cause, remedy };
  }
  return isWritten
    ? { status: 'passed', cause: `${cause} The test lead was written, so it is sufficient.` }
    : {
        status: 'warning',
        cause: `${cause} The test lead was not written, so it may be what is missing.`,
        remedy: 'See what the test lead was answered.',
      };
}

function findingOf(end: TestLeadEnd, name: string): Finding {
  if (end.kind === 'written') return { status: 'passed' };
  if (end.kind === 'refused') {
    return { status: 'failed', cause: end.reason.what, remedy: `${end.reason.remedy} Then validate again.` };
  }
  return {
    status: 'failed',
    cause: `The test lead was not written in time. ${end.reason?.what ?? 'No writer has taken it up.'}`,
    remedy: `${end.reason?.remedy ?? `Ask the operators whether the ${name} writer runs.`} Then validate again.`,
  };
}
