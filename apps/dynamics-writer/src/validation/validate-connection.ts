/** The walk of a Validate's second half: from the user in Dynamics to a test lead that is found again. */
import { setTimeout as delay } from 'node:timers/promises';
import { GUIDE_PRIVILEGES } from '@leads/contracts/validation';
import type { Connection, ValidationSteps } from '@leads/delivery';
import { judgeRefusedToken } from '../dynamics/judge-answer.ts';
import type { WebApi } from '../dynamics/web-api.ts';
import { checkMapping } from '../mapping/apply-mapping.ts';
import { askLeadTable } from '../organization/ask-lead-table.ts';
import {
  askLead,
  askPrivilege,
  askPrivileges,
  askRoles,
  askSolution,
  askVersion,
  askWhoAmI,
  mayCreate,
  type Told,
} from '../organization/ask-organization.ts';
import {
  type Expected,
  judgeRoles,
  judgeSolution,
  judgeTable,
  judgeUnread,
  readOf,
} from '../organization/judge-organization.ts';
import type { Token, Tokens } from '../tokens/tokens.ts';
import {
  failedFor,
  findingOfLead,
  holdsPrivilege,
  mappingFinding,
  noAnswer,
  warn,
} from './validation-findings.ts';

/** How long to wait before a test lead is looked up again, in milliseconds. */
const LOOK_UP_AGAIN_MS = [1_000, 3_000];

export interface ValidateParts {
  tokens: Pick<Tokens, 'tokenFor' | 'discard'>;
  http: WebApi['http'];
  expected: Expected;
}

/**
 * Runs the checks. What the role may not read says so, and is concluded from what the test lead was answered.
 * @throws where a step could not be told of, or the Validate was broken off
 */
export async function validateConnection(
  connection: Connection,
  steps: ValidationSteps,
  parts: ValidateParts,
): Promise<void> {
  const asked = await signIn(connection, parts, steps);
  if (!asked) return;
  const who = await askWhoAmI(asked);
  await steps.check('user', () => (who.kind === 'known' ? { status: 'passed' } : failedFor(who.answer)));
  if (who.kind !== 'known') return;
  await lookAround(asked, who.value.userId, connection, parts.expected, steps);
  if (!(await steps.tryTestLead())) return;
  await steps.check('test-lead-found', async () => findingOfLead(await lookUp(asked, steps)));
}

/** Looks the test lead up, again where the question fails in passing. */
async function lookUp(
  asked: WebApi,
  { asked: { validationId }, signal }: ValidationSteps,
): Promise<Told<boolean>> {
  for (const pauseMs of LOOK_UP_AGAIN_MS) {
    const told = await askLead(asked, validationId);
    if (told.kind !== 'failed') return told;
    await delay(pauseMs, undefined, { signal });
  }
  return askLead(asked, validationId);
}

async function signIn(
  connection: Connection,
  { tokens, http }: ValidateParts,
  steps: ValidationSteps,
): Promise<WebApi | undefined> {
  const withToken = ({ organization, accessToken }: Token & { kind: 'token' }): WebApi => ({
    ...{ organization, http, accessToken },
  });
  let asked: WebApi | undefined;
  await steps.check('token', async () => {
    let token = await tokens.tokenFor(connection);
    if (token.kind === 'token') {
      const who = await askWhoAmI(withToken(token));
      const isRefused = who.kind === 'failed' && who.answer.kind === 'answered' && who.answer.status === 401;
      // One at hand can have gone stale since: a new one decides.
      if (isRefused && tokens.discard(connection, token.accessToken))
        token = await tokens.tokenFor(connection);
    }
    if (token.kind === 'token') {
      asked = withToken(token);
      return { status: 'passed' };
    }
    const { what, remedy } = judgeRefusedToken(token.reason).reason;
    return { status: 'failed', cause: what, remedy };
  });
  return asked;
}

/** Everything but the user: none of it keeps the test lead from being tried. */
async function lookAround(
  asked: WebApi,
  userId: string,
  { mapping = {} }: Connection,
  expected: Expected,
  steps: ValidationSteps,
): Promise<void> {
  const version = await askVersion(asked);
  await steps.check('version', () =>
    version.kind === 'known' ? { status: 'passed' } : noAnswer(version.answer),
  );
  await steps.check('solution', async () => {
    const solution = await askSolution(asked, expected.solution);
    const read = readOf(version) ?? { unknown: '' };
    return solution.kind === 'known'
      ? warn(judgeSolution(solution.value, { version: read }, expected))
      : noAnswer(solution.answer);
  });
  await steps.check('role', async () => {
    const [roles, held] = await Promise.all([askRoles(asked, userId), askPrivileges(asked, userId)]);
    return roles.kind === 'known'
      ? warn(judgeRoles(roles.value, readOf(mayCreate(held))))
      : noAnswer(roles.answer);
  });
  for (const wanted of GUIDE_PRIVILEGES) {
    await steps.check(`privilege-${wanted.privilege}`, async () => {
      const held = await askPrivilege(asked, userId, wanted.privilege);
      return held.kind === 'known' ? holdsPrivilege(wanted, held.value) : noAnswer(held.answer);
    });
  }
  await steps.check('lead-table', async () => {
    const table = await askLeadTable(asked, userId);
    if (table.kind !== 'known') {
      const read = readOf(table);
      const unread = read && 'unknown' in read ? judgeUnread(read.unknown) : undefined;
      return unread ? warn(unread) : noAnswer(table.answer);
    }
    const lacking = judgeTable(table.value);
    if (lacking) return { status: 'failed', cause: lacking.what, remedy: lacking.remedy };
    return mappingFinding(checkMapping(mapping, table.value ?? undefined));
  });
}
