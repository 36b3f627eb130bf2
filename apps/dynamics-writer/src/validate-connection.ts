/** The walk of a Validate's second half: from the user in Dynamics to a test lead that is found again. */
import { type Mapping, type Reason, topics, type ValidationStep } from '@leads/contracts';
import type { Publisher } from '@leads/kafka';
import type { Kysely } from 'kysely';
import {
  type Asked,
  askLead,
  askLeadTable,
  askPrivilege,
  askRoles,
  askSolution,
  askVersion,
  askWhoAmI,
} from './ask-organization.ts';
import { checkMapping } from './apply-mapping.ts';
import { classifyRefusedToken } from './classify-failure.ts';
import { deliverTestLead, takeBackTestLead, testLead } from './deliver-test-lead.ts';
import { type Expected, judgeRoles, judgeSolution, judgeTable, readOf } from './judge-organization.ts';
import type { LaneFacts } from './lane.ts';
import type { WriterTables } from './tables.ts';
import type { Tokens } from './tokens.ts';
import {
  type Finding,
  findingOfLead,
  findingOfTestLead,
  GUIDE_PRIVILEGES,
  holdsPrivilege,
  mappingFinding,
  noAnswer,
  warn,
} from './validation-findings.ts';

export interface ValidateParts {
  database: Kysely<WriterTables>;
  tokens: Pick<Tokens, 'tokenFor' | 'discard'>;
  http: Asked['http'];
  publisher: Pick<Publisher, 'publish'>;
  expected: Expected;
  /** How long a test lead may take, in milliseconds. */
  patienceMs: number;
}

/** What a Validate needs to know of its connection. */
export type Validated = Pick<LaneFacts, 'connectionId' | 'organization' | 'secretVersion'> & {
  mapping: Mapping | undefined;
};

/** A Validate that was asked for. */
export interface AskedFor {
  validationId: string;
  connectionId: string;
}

/**
 * Runs the checks and publishes each as it begins and as it ends. What the role may not read says so, and is
 * concluded from what the test lead was answered. The step `dynamics` sums up, and `validate` ends the Validate.
 * @throws where a step could not be told of, or the signal was given: nothing more is told then
 */
export async function validateConnection(
  validationId: string,
  connection: Validated,
  parts: ValidateParts,
  signal: AbortSignal,
): Promise<void> {
  const { connectionId } = connection;
  const telling = new Telling({ validationId, connectionId }, parts.publisher, signal);
  const asked = await signIn(connection, parts, telling);
  if (asked) {
    const who = await askWhoAmI(asked);
    const userId = who.kind === 'known' ? who.value.userId : undefined;
    await telling.check('user', () => (who.kind === 'known' ? { status: 'passed' } : noAnswer(who.answer)));
    if (userId !== undefined) await lookAround(asked, userId, connection, parts, telling);
  }
  await telling.end();
}

/** Ends a Validate that is not made, or not any further: the step `dynamics-writer` says why. */
export async function failValidation(
  asked: AskedFor,
  { what, remedy }: Reason,
  { database, publisher }: Pick<ValidateParts, 'database' | 'publisher'>,
): Promise<void> {
  await takeBackTestLead(database, asked.validationId);
  const telling = new Telling(asked, publisher);
  await telling.check('dynamics-writer', () => ({ status: 'failed', cause: what, remedy }));
  await telling.end();
}

async function signIn(
  connection: Validated,
  { tokens, http }: ValidateParts,
  telling: Telling,
): Promise<Asked | undefined> {
  const { organization } = connection;
  let accessToken: string | undefined;
  await telling.check('token', async () => {
    let token = await tokens.tokenFor(connection);
    if (token.kind === 'token') {
      const who = await askWhoAmI({ organization, http, accessToken: token.accessToken });
      const isRefused = who.kind === 'failed' && who.answer.kind === 'answered' && who.answer.status === 401;
      // One at hand can have gone stale since: a new one decides.
      if (isRefused && tokens.discard(connection, token.accessToken))
        token = await tokens.tokenFor(connection);
    }
    if (token.kind === 'token') {
      accessToken = token.accessToken;
      return { status: 'passed' };
    }
    const verdict = classifyRefusedToken(token.reason);
    return 'reason' in verdict
      ? { status: 'failed', cause: verdict.reason.what, remedy: verdict.reason.remedy }
      : { status: 'passed' };
  });
  return accessToken === undefined ? undefined : { organization, http, accessToken };
}

/** Everything but the user: none of it keeps the test lead from being tried. */
async function lookAround(
  asked: Asked,
  userId: string,
  connection: Validated,
  parts: ValidateParts,
  telling: Telling,
): Promise<void> {
  const { expected } = parts;
  const version = await askVersion(asked);
  await telling.check('version', () =>
    version.kind === 'known' ? { status: 'passed' } : noAnswer(version.answer),
  );
  await telling.check('solution', async () => {
    const solution = await askSolution(asked, expected.solution);
    const read = readOf(version) ?? { unknown: '' };
    return solution.kind === 'known'
      ? warn(judgeSolution(solution.value, { version: read }, expected))
      : noAnswer(solution.answer);
  });
  await telling.check('role', async () => {
    const roles = await askRoles(asked, userId);
    return roles.kind === 'known' ? warn(judgeRoles(roles.value)) : noAnswer(roles.answer);
  });
  for (const wanted of GUIDE_PRIVILEGES) {
    await telling.check(`privilege-${wanted.privilege}`, async () => {
      const held = await askPrivilege(asked, userId, wanted.privilege);
      return held.kind === 'known' ? holdsPrivilege(wanted, held.value) : noAnswer(held.answer);
    });
  }
  await telling.check('lead-table', async () => {
    const table = await askLeadTable(asked);
    if (table.kind !== 'known') return noAnswer(table.answer);
    const lacking = judgeTable(table.value);
    if (lacking) return { status: 'failed', cause: lacking.what, remedy: lacking.remedy };
    return mappingFinding(checkMapping(connection.mapping ?? {}, table.value ?? undefined));
  });
  await tryTestLead(asked, connection, parts, telling);
}

/** A real lead's way, from the lane to the record. */
async function tryTestLead(
  asked: Asked,
  { connectionId }: Validated,
  { database, patienceMs }: ValidateParts,
  telling: Telling,
): Promise<void> {
  const { validationId } = telling.asked;
  const isWritten = await telling.check('test-lead', async () => {
    // The Validate's own id: begun anew by another instance, it is still the same record.
    const accepted = testLead(validationId, connectionId, new Date());
    return findingOfTestLead(await deliverTestLead(database, accepted, patienceMs, telling.signal));
  });
  await telling.conclude(isWritten);
  if (!isWritten) return;
  await telling.check('test-lead-found', async () => findingOfLead(await askLead(asked, validationId)));
}

/** Tells of steps in their order, with how long each took. */
class Telling {
  private hasFailed = false;
  private readonly unread: { check: string; tookMs: number; cause: string }[] = [];

  constructor(
    readonly asked: AskedFor,
    private readonly publisher: Pick<Publisher, 'publish'>,
    readonly signal: AbortSignal = new AbortController().signal,
  ) {}

  /** @returns whether the check has passed, warnings included */
  async check(check: string, look: () => Finding | Promise<Finding>): Promise<boolean> {
    await this.publish({ check, status: 'started', tookMs: 0 });
    const began = performance.now();
    const finding = await look();
    const tookMs = Math.round(performance.now() - began);
    if (finding.status === 'unread') {
      this.unread.push({ check, tookMs, cause: finding.cause });
      return true;
    }
    if (finding.status === 'failed') this.hasFailed = true;
    await this.publish({ check, tookMs, ...finding });
    return finding.status !== 'failed';
  }

  /** What could not be read is concluded from whether the test lead was written. */
  async conclude(isWritten: boolean): Promise<void> {
    for (const { check, tookMs, cause } of this.unread) {
      await this.publish(
        isWritten
          ? {
              check,
              tookMs,
              status: 'passed',
              cause: `${cause} The test lead was written, so it is sufficient.`,
            }
          : {
              check,
              tookMs,
              status: 'warning',
              cause: `${cause} The test lead was not written, so it may be what is missing.`,
              remedy: 'See what the test lead was answered.',
            },
      );
    }
  }

  async end(): Promise<void> {
    await this.publish({ check: 'dynamics', status: this.hasFailed ? 'failed' : 'passed', tookMs: 0 });
    await this.publish({ check: 'validate', status: 'finished', tookMs: 0 });
  }

  private async publish(step: Omit<ValidationStep, keyof AskedFor | 'at'>): Promise<void> {
    this.signal.throwIfAborted();
    const at = new Date().toISOString();
    await this.publisher.publish(topics.validations, [{ ...this.asked, at, ...step }]);
  }
}
