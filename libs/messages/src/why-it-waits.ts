/** Why a lead waits, in the reader's language as far as the catalogue has words for it. */
import type { Reason } from '@leads/contracts';
import type { KnownCause } from './catalogue/known.ts';
import { isolated, mailLine } from './plain.ts';
import type { Telling } from './telling.ts';

/** What services write of trouble is longer than what customers type into one field. */
const LONGEST = 1_000;

/** In English in the words of who noticed it, which say most; in other languages coarsely. */
export function whyItWaits(reason: Reason | undefined, { language, texts }: Telling): string {
  if (reason === undefined) return texts.causes.unknown;
  if (language === 'en') return isolated(mailLine(reason.what, LONGEST)) || texts.causes.unknown;
  return texts.causes[causeOf(reason.cause)];
}

function causeOf(cause: string): KnownCause {
  if (cause.startsWith('throttled')) return 'throttled';
  if (/^(unreachable|no-answer|http-5\d\d|out-of-time)$/.test(cause)) return 'away';
  if (/^(AADSTS|token|credentials|secret)/.test(cause)) return 'signIn';
  if (/^(role|privilege)/.test(cause)) return 'rights';
  return 'unknown';
}
