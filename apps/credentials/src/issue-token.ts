/** The walk of a token: from a signed request to an answer that only the requester can open. */
import type { Kysely } from 'kysely';
import { type TokenAnswer, type TokenClaims, topics } from '@leads/contracts';
import type { Publisher } from '@leads/kafka';
import type { Logger } from '@leads/service';
import { addToAudit } from './audit.ts';
import { tokenRequests } from './metrics.ts';
import type { CredentialsTables } from './tables.ts';
import type { AccessTokens, TokenOutcome } from './tokens/access-tokens.ts';
import { sealAnswer } from './tokens/seal-answer.ts';
import { type RequesterKeys, useOnce, verifyRequest } from './tokens/token-request.ts';

export interface IssueTokenOptions {
  database: Kysely<CredentialsTables>;
  accessTokens: Pick<AccessTokens, 'get'>;
  requesterKeys: RequesterKeys;
  publisher: Pick<Publisher, 'publish'>;
  log: Logger;
  now: () => Date;
}

/**
 * Answers one request.
 *
 * Whoever cannot show that they may ask gets nothing, and the audit trail a line. A request may be lost on the way
 * (the requester asks again), so nothing here is retried.
 */
export async function issueToken(request: string, options: IssueTokenOptions): Promise<void> {
  const { database, accessTokens, requesterKeys, publisher, now } = options;

  const verified = await verifyRequest(request, { keys: requesterKeys, now: now() });
  if (!verified.ok) return turnAway(verified, options);
  const { claims } = verified;
  if (!(await useOnce(database, claims))) {
    return turnAway(
      { why: 'it was used before', who: claims.iss, connectionId: claims.connectionId },
      options,
    );
  }

  const outcome = await accessTokens.get(claims.connectionId, claims.refresh);
  const sealed = await sealAnswer(answerTo(claims, outcome), claims.epk);
  await publisher.publish(topics.tokensIssued, [{ requestId: claims.jti, requester: claims.sub, sealed }]);
  tokenRequests.inc({ outcome: outcome.kind });
}

function answerTo({ jti, connectionId }: TokenClaims, outcome: TokenOutcome): TokenAnswer {
  if (outcome.kind === 'refused') return { ...outcome, requestId: jti, connectionId };
  return { ...outcome, requestId: jti, connectionId, expiresAt: outcome.expiresAt.toISOString() };
}

async function turnAway(
  { why, who, connectionId }: { why: string; who: string; connectionId?: string },
  { database, log, now }: IssueTokenOptions,
): Promise<void> {
  tokenRequests.inc({ outcome: 'turned-away' });
  log.warn({ who, why, connectionId }, 'a token request was turned away');
  await addToAudit(database, {
    at: now(),
    who,
    what: 'token request refused',
    ...(connectionId === undefined ? {} : { connectionId }),
    details: { why },
  });
}
