/** The walk of a Validate's first half: from the URL to a token that fits, each check told as it happens. */
import { randomUUID } from 'node:crypto';
import {
  type BeforeApplicationShutdown,
  Controller,
  HttpCode,
  Inject,
  Post,
  UseGuards,
} from '@nestjs/common';
import { Kysely } from 'kysely';
import { z } from 'zod';
import type { ValidationStep } from '@leads/contracts';
import { topics } from '@leads/contracts';
import { DatabaseClock } from '@leads/database';
import { Publisher } from '@leads/kafka';
import { readDynamicsUrl, type Regions } from '@leads/contracts/connection-details';
import { type CheckName, type StepName, VALIDATE } from '@leads/contracts/validation';
import { Answers, CallerGuard, LOG, type Logger, Outbound, ProblemError, SETTINGS } from '@leads/service';
import { Actor } from './access/actor.ts';
import { addToAudit } from './audit.ts';
import { BoundedWork } from './bounded-work.ts';
import type { Connection } from './connection-facts.ts';
import type { ConnectionSettings } from './connections/config.ts';
import { unknownConnection } from './connections/connection-problems.ts';
import { ConnectionId } from './connections/connection-requests.ts';
import { Connections } from './connections/connections.ts';
import type { CredentialsTables } from './tables.ts';
import { AccessTokens } from './tokens/access-tokens.ts';
import type { Sender } from './tokens/entra.ts';
import {
  checkExpiry,
  checkToken,
  type Finding,
  OFFICE_365_WARNING,
  shareOut,
  signInChecks,
} from './validation/checks.ts';
import { reachInstance } from './validation/reach-instance.ts';

export interface ValidateOptions {
  accessTokens: Pick<AccessTokens, 'getForPerson'>;
  sender: Sender;
  regions: Regions;
  publisher: Pick<Publisher, 'publish'>;
  now: () => Date;
}

const Started = z.object({ validationId: z.uuid() }).meta({ id: 'Validation' });
type Started = z.infer<typeof Started>;

/** Begins a Validate when it is asked for; its steps appear on validations.v1. */
@Controller('api/connections/:id/validate')
@UseGuards(CallerGuard)
export class ValidateConnection implements BeforeApplicationShutdown {
  private readonly options: ValidateOptions;
  private readonly work: BoundedWork;

  constructor(
    private readonly connections: Connections,
    private readonly database: Kysely<CredentialsTables>,
    accessTokens: AccessTokens,
    sender: Outbound,
    publisher: Publisher,
    @Inject(LOG) log: Logger,
    @Inject(SETTINGS) { DYNAMICS_REGIONS: regions }: ConnectionSettings,
    clock: DatabaseClock,
  ) {
    this.options = { accessTokens, sender, publisher, regions, now: clock.date };
    const onError = (error: unknown): void =>
      log.error({ error }, 'a Validate broke off; it can be started again');
    this.work = new BoundedWork({ concurrency: 16, capacity: 200, onError });
  }

  @Post()
  @HttpCode(202)
  @Answers(
    'Starts a Validate. Its steps appear on the topic validations.v1 under the id that is answered.',
    Started,
  )
  async start(@ConnectionId() connectionId: string, @Actor() who: string): Promise<Started> {
    const connection = await this.connections.find(connectionId);
    if (!connection) throw unknownConnection();
    const validationId = randomUUID();
    const details = { validationId, version: connection.version };
    const at = this.options.now();
    await addToAudit(this.database, { at, who, what: 'validation started', connectionId, details });
    if (this.work.offer(() => validateConnection(validationId, connection, this.options))) {
      return { validationId };
    }
    throw new ProblemError({
      status: 503,
      title: 'Too many at once',
      detail:
        'So many connections are being validated that yours cannot be now. Nothing was changed. Try again in a minute.',
    });
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.work.idle();
  }
}

/**
 * Runs the checks and publishes each as it begins and as it ends. The step `credentials` sums them up: when it has
 * passed, the writer goes on; when it has failed, the Validate is over and the step `validate` says so.
 */
async function validateConnection(
  validationId: string,
  connection: Connection,
  options: ValidateOptions,
): Promise<void> {
  const { accessTokens, sender, regions, now } = options;
  const { connectionId, facts } = connection;
  const report = new StepReport(validationId, connectionId, options);
  await report.begin(VALIDATE);

  const address = readDynamicsUrl(facts.url, regions);
  const isAllowed = await report.check('url', () =>
    address.ok
      ? { status: 'passed' }
      : { status: 'failed', what: address.fault, remedy: 'Correct the URL in the Connection details.' },
  );
  if (!isAllowed) return report.end('failed');

  let named: string | undefined;
  await report.check('host', async () => {
    const reached = await reachInstance(facts.url, sender);
    named = reached.directoryId;
    return reached.finding;
  });

  await report.begin('sign-in');
  const outcome = await accessTokens.getForPerson(connectionId);
  const findings = shareOut(outcome, facts);
  if (outcome.kind === 'token') findings.set('organization', checkToken(outcome.accessToken, facts));
  if (facts.directoryId !== undefined && named !== undefined && named !== facts.directoryId) {
    findings.set('directory', {
      status: 'failed',
      what: `The instance belongs to the directory ${named}, not to the one that was entered.`,
      remedy: `Enter ${named} as Directory ID in the Connection details, with an application of that directory.`,
    });
  }
  for (const check of signInChecks(facts))
    await report.add(check, findings.get(check) ?? { status: 'skipped' });

  if (facts.authentication === 'office-365') await report.check('office-365', () => OFFICE_365_WARNING);
  await report.check('secret-expiry', () => checkExpiry(facts.secret, now()));
  await report.end(report.hasFailed ? 'failed' : 'passed');
}

/** Tells of steps in their order, with how long each took. */
class StepReport {
  hasFailed = false;
  private began = performance.now();

  constructor(
    private readonly validationId: string,
    private readonly connectionId: string,
    private readonly options: Pick<ValidateOptions, 'publisher' | 'now'>,
  ) {}

  async begin(check: CheckName | typeof VALIDATE): Promise<void> {
    this.began = performance.now();
    await this.publish({ check, status: 'started', tookMs: 0 });
  }

  /** @returns whether it has not failed; a check that could not be made is not told of */
  async check(check: CheckName, look: () => Finding | Promise<Finding>): Promise<boolean> {
    await this.begin(check);
    return this.add(check, await look());
  }

  async add(check: CheckName, finding: Finding): Promise<boolean> {
    const tookMs = Math.round(performance.now() - this.began);
    this.began = performance.now();
    if (finding.status === 'skipped') return true;
    await this.publish({ check, tookMs, ...inStep(finding) });
    if (finding.status === 'failed') this.hasFailed = true;
    return finding.status !== 'failed';
  }

  async end(result: 'passed' | 'failed'): Promise<void> {
    await this.publish({ check: 'credentials', status: result, tookMs: 0 });
    if (result === 'failed') await this.publish({ check: VALIDATE, status: 'finished', tookMs: 0 });
  }

  private publish(
    step: { check: StepName } & Pick<ValidationStep, 'status' | 'tookMs' | 'cause' | 'remedy'>,
  ): Promise<void> {
    const { validationId, connectionId } = this;
    const at = this.options.now().toISOString();
    return this.options.publisher.publish(topics.validations, [{ validationId, connectionId, at, ...step }]);
  }
}

/** A finding as a step has it: there the sentence has its older name. */
function inStep(
  finding: Exclude<Finding, { status: 'skipped' }>,
): Pick<ValidationStep, 'status' | 'cause' | 'remedy'> {
  if (finding.status === 'passed') return finding;
  const { status, what: cause, remedy } = finding;
  return { status, cause, remedy };
}
