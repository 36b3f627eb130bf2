/** The walk of a Validate's first half: from the URL to a token that fits, each check told as it happens. */
import type { ValidationStep } from '@leads/contracts';
import { topics } from '@leads/contracts';
import type { Publisher } from '@leads/kafka';
import { readDynamicsUrl, type Regions } from '@leads/contracts/connection-details';
import type { Connection } from './connections/connection-facts.ts';
import type { AccessTokens } from './tokens/access-tokens.ts';
import type { Sender } from './tokens/entra.ts';
import {
  type Check,
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

/**
 * Runs the checks and publishes each as it begins and as it ends. The step `credentials` sums them up: when it has
 * passed, the writer goes on; when it has failed, the Validate is over and the step `validate` says so.
 */
export async function validateConnection(
  validationId: string,
  connection: Connection,
  options: ValidateOptions,
): Promise<void> {
  const { accessTokens, sender, regions, now } = options;
  const { connectionId, facts } = connection;
  const telling = new Telling(validationId, connectionId, options);
  await telling.begin('validate');

  const address = readDynamicsUrl(facts.url, regions);
  const isAllowed = await telling.check('url', () =>
    address.ok
      ? { status: 'passed' }
      : { status: 'failed', cause: address.fault, remedy: 'Correct the URL in the Connection details.' },
  );
  if (!isAllowed) return telling.end('failed');

  let named: string | undefined;
  await telling.check('host', async () => {
    const reached = await reachInstance(facts.url, sender);
    named = reached.directoryId;
    return reached.finding;
  });

  await telling.begin('directory');
  const outcome = await accessTokens.getForPerson(connectionId);
  const findings = shareOut(outcome, facts);
  if (outcome.kind === 'token') findings.set('organization', checkToken(outcome.accessToken, facts));
  if (facts.directoryId !== undefined && named !== undefined && named !== facts.directoryId) {
    findings.set('directory', {
      status: 'failed',
      cause: `The instance belongs to the directory ${named}, not to the one that was entered.`,
      remedy: `Enter ${named} as Directory ID in the Connection details, with an application of that directory.`,
    });
  }
  for (const check of signInChecks(facts))
    await telling.tell(check, findings.get(check) ?? { status: 'skipped' });

  if (facts.authentication === 'office-365') await telling.check('office-365', () => OFFICE_365_WARNING);
  await telling.check('secret-expiry', () => checkExpiry(facts.secret, now()));
  await telling.end(telling.hasFailed ? 'failed' : 'passed');
}

/** Tells of steps in their order, with how long each took. */
class Telling {
  hasFailed = false;
  private began = performance.now();

  constructor(
    private readonly validationId: string,
    private readonly connectionId: string,
    private readonly options: Pick<ValidateOptions, 'publisher' | 'now'>,
  ) {}

  async begin(check: Check | 'validate'): Promise<void> {
    this.began = performance.now();
    await this.publish({ check, status: 'started', tookMs: 0 });
  }

  /** @returns whether it has not failed; a check that could not be made is not told of */
  async check(check: Check, look: () => Finding | Promise<Finding>): Promise<boolean> {
    await this.begin(check);
    return this.tell(check, await look());
  }

  async tell(check: Check, finding: Finding): Promise<boolean> {
    const tookMs = Math.round(performance.now() - this.began);
    this.began = performance.now();
    if (finding.status === 'skipped') return true;
    await this.publish({ check, tookMs, ...finding });
    if (finding.status === 'failed') this.hasFailed = true;
    return finding.status !== 'failed';
  }

  async end(result: 'passed' | 'failed'): Promise<void> {
    await this.publish({ check: 'credentials', status: result, tookMs: 0 });
    if (result === 'failed') await this.publish({ check: 'validate', status: 'finished', tookMs: 0 });
  }

  private publish(
    step: Pick<ValidationStep, 'check' | 'status' | 'tookMs' | 'cause' | 'remedy'>,
  ): Promise<void> {
    const { validationId, connectionId } = this;
    const at = this.options.now().toISOString();
    return this.options.publisher.publish(topics.validations, [{ validationId, connectionId, at, ...step }]);
  }
}
