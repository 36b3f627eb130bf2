/** The walk of a token: from a signed request to an answer that only the requester can open. */
import {
  type BeforeApplicationShutdown,
  Controller,
  Inject,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Kysely } from 'kysely';
import { type TokenAnswer, type TokenClaims, topics } from '@leads/contracts';
import { DatabaseClock, useRequestOnce } from '@leads/database';
import { OnTopic, Publisher, type Received } from '@leads/kafka';
import { MINUTE_MS, Rounds } from '@leads/pacing';
import { LOG, type Logger, SETTINGS } from '@leads/service';
import { addToAudit } from './audit.ts';
import { BoundedWork } from './bounded-work.ts';
import { tokenRequests } from './metrics.ts';
import type { CredentialsTables } from './tables.ts';
import { AccessTokens, type TokenOutcome } from './tokens/access-tokens.ts';
import type { TokenSettings } from './tokens/config.ts';
import { type Refusal, RefusedRequests } from './tokens/refused-requests.ts';
import { sealAnswer } from './tokens/seal-answer.ts';
import { type RequesterKeys, verifyRequest } from './tokens/token-request.ts';

export interface IssueTokenOptions {
  database: Kysely<CredentialsTables>;
  accessTokens: Pick<AccessTokens, 'get'>;
  requesterKeys: RequesterKeys;
  publisher: Pick<Publisher, 'publish'>;
  log: Logger;
  refused: RefusedRequests;
  now: () => Date;
}

/** Requests under way at once; each may wait for Entra ID. */
const CONCURRENCY = 128;
/** Requests that wait. Those beyond are dropped: who asked asks again. */
const CAPACITY = 10_000;

/** Takes requests in; answering one waits for Entra ID, so the Kafka handler only begins it. */
@Controller()
export class IssueToken implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly options: IssueTokenOptions;
  private readonly work: BoundedWork;
  private readonly rounds: Rounds;

  constructor(
    database: Kysely<CredentialsTables>,
    accessTokens: AccessTokens,
    publisher: Publisher,
    @Inject(LOG) log: Logger,
    @Inject(SETTINGS) { REQUESTER_KEYS_FILE: requesterKeys }: TokenSettings,
    clock: DatabaseClock,
  ) {
    const refused = new RefusedRequests((line) => addToAudit(database, line));
    this.options = { database, accessTokens, requesterKeys, publisher, log, refused, now: clock.date };
    this.rounds = new Rounds(() => refused.settle(clock.date()), {
      everyMs: MINUTE_MS,
      onError: (error) => log.error({ error }, 'refusals are missing in the audit; they are counted on'),
    });
    this.work = new BoundedWork({
      concurrency: CONCURRENCY,
      capacity: CAPACITY,
      onError: (error) => log.error({ error }, 'a token request was not answered; who asked asks again'),
    });
  }

  @OnTopic(topics.tokensRequested)
  take(records: Received<typeof topics.tokensRequested>[]): Promise<void> {
    const begun = records.filter(({ value }) =>
      this.work.offer(() => issueToken(value.request, this.options)),
    );
    const dropped = records.length - begun.length;
    if (dropped > 0) {
      this.options.log.warn(
        { dropped },
        'token requests were dropped: more wait than can be answered in time',
      );
    }
    return Promise.resolve();
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  /** What is under way still needs the database and the publisher, which are closed after this. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.work.idle();
    await this.rounds.stop();
    await this.options.refused.settle(this.options.now());
  }
}

/**
 * Answers one request.
 *
 * Whoever cannot show that they may ask gets nothing, and the audit trail a line of each kind of refusal a minute. A request may be lost on the way
 * (the requester asks again), so nothing here is retried.
 */
export async function issueToken(request: string, options: IssueTokenOptions): Promise<void> {
  const { database, accessTokens, requesterKeys, publisher, now } = options;

  const verified = await verifyRequest(request, { keys: requesterKeys, now: now() });
  if (!verified.ok) return refuse(verified, options);
  const { claims } = verified;
  if (!(await useRequestOnce(database, claims.jti))) {
    return refuse({ why: 'it was used before', who: claims.iss, connectionId: claims.connectionId }, options);
  }

  const outcome = await accessTokens.get(claims.connectionId, claims.refresh, claims.refusedToken);
  const sealed = await sealAnswer(answerTo(claims, outcome), claims.epk);
  await publisher.publish(topics.tokensIssued, [{ requestId: claims.jti, requester: claims.sub, sealed }]);
  tokenRequests.inc({ outcome: outcome.kind });
}

function answerTo({ jti, connectionId }: TokenClaims, outcome: TokenOutcome): TokenAnswer {
  if (outcome.kind === 'refused') {
    const { kind, cause, what, remedy, transient, askAgainAfterMs } = outcome;
    return { kind, requestId: jti, connectionId, cause, what, remedy, transient, askAgainAfterMs };
  }
  return { ...outcome, requestId: jti, connectionId, expiresAt: outcome.expiresAt.toISOString() };
}

async function refuse(refusal: Refusal, { refused, log, now }: IssueTokenOptions): Promise<void> {
  tokenRequests.inc({ outcome: 'turned-away' });
  if (await refused.add(refusal, now())) log.warn(refusal, 'a token request was turned away');
}
