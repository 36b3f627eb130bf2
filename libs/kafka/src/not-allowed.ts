/** What the broker does not let us do, told apart from a broker that is away: trying again mends nothing of it. */
import kafkajs from 'kafkajs';

/** `unknown`: the broker does not take our name and its proof. `forbidden`: it knows us, and we may not do that. */
type NotAllowedKind = 'unknown' | 'forbidden';

export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';

  constructor(
    readonly kind: NotAllowedKind,
    message: string,
    options: { cause: unknown },
  ) {
    super(message, options);
  }
}

/** The client knows some refusals by their type, and others it has put into words of its own. */
const FORBIDDEN = /_AUTHORIZATION_FAILED$/;
const FORBIDDEN_WORDS = /\bauthorization failed\b/i;

/**
 * @param who the client's id
 * @param what half a sentence: what it was about to do
 * @returns nothing where the error is another
 */
export function notAllowed(error: unknown, who: string, what: string): NotAllowed | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof kafkajs.KafkaJSSASLAuthenticationError) {
    const message = `The broker does not know ${who}, or not with this password, certificate or token (${error.message}): see the KAFKA_ variables.`;
    return new NotAllowed('unknown', message, { cause: error });
  }
  const { type } = error as { type?: unknown };
  const isForbidden = typeof type === 'string' ? FORBIDDEN.test(type) : FORBIDDEN_WORDS.test(error.message);
  if (!isForbidden) return undefined;
  const message = `The broker does not let ${who} ${what}: provision-topics makes its access rules of the catalogue (docs/production-kafka.md).`;
  return new NotAllowed('forbidden', message, { cause: error });
}
