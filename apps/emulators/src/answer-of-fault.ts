/** What a client gets when a fault answers in place of the site. */
import { refusalReply, refuse } from './entra/aadsts.ts';
import type { Reply } from './http/exchange.ts';
import type { Delivery } from './http/server.ts';
import { newGuid } from './ids.ts';
import type { ActiveFault } from './requests/faults.ts';
import { throttledError } from './dataverse/throttling-answers.ts';
import { DataverseError, errorReply } from './dataverse/errors.ts';

/** True for faults that keep the request from doing anything. */
export function neverReachesSite(fault: ActiveFault): boolean {
  return ['status', 'throttle', 'aadsts', 'dataverse', 'intermediary', 'reset-before-commit'].includes(
    fault.kind,
  );
}

export function answerOfFault(fault: ActiveFault, now: number): Delivery {
  switch (fault.kind) {
    case 'throttle':
      return { kind: 'send', reply: errorReply(throttledError(fault.limit, fault.retryAfterSeconds ?? 5)) };
    case 'aadsts':
      return {
        kind: 'send',
        reply: refusalReply(refuse(Number(fault.code ?? 90033)), now, newGuid(), fault.retryAfterSeconds),
      };
    case 'status':
      return { kind: 'send', reply: statusReply(fault) };
    case 'dataverse':
      return { kind: 'send', reply: dataverseReply(fault) };
    case 'intermediary':
      return { kind: 'send', reply: statusReply({ ...INTERMEDIARIES[fault.answer], ...fault }) };
    default:
      return { kind: 'reset' };
  }
}

type Answered = Pick<ActiveFault, 'status' | 'body' | 'headers' | 'retryAfterSeconds'>;

const SIGN_IN_PAGE =
  '<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body><form method="post"><input name="login"></form></body></html>';
const BUSY_PAGE =
  '<!DOCTYPE html><html><head><title>Service Unavailable</title></head><body><h2>Our services are not available right now</h2></body></html>';

/** What proxies, federated gateways and load balancers answer to a create. None of it is Dataverse's. */
const INTERMEDIARIES: Readonly<Record<ActiveFault['answer'], Partial<Answered>>> = {
  'sign-in-page': { status: 200, body: SIGN_IN_PAGE },
  empty: { status: 200 },
  json: { status: 200, body: { status: 'ok' } },
  accepted: { status: 202 },
  'no-content': { status: 204 },
  'busy-page': { status: 503, body: BUSY_PAGE },
  'busy-json': { status: 503, body: { message: 'The service is unavailable.' } },
  'busy-empty': { status: 503 },
};

/** Refusals that come and go by their code; any other is 400 with a text of no meaning. */
const REFUSALS: Readonly<Record<string, readonly [status: number, text: string]>> = {
  '0x80040225': [403, 'The specified user is disabled.'],
  '0x8004a104': [403, 'The organization is disabled.'],
  '0x80040276': [403, 'The organization is in administration mode.'],
  '0x80095ffc': [403, 'Access to Dataverse API is restricted for this application Id.'],
  '0x80040251': [400, 'There is no active transaction.'],
  '0x80073000': [500, 'A networking error occurred while connecting to SQL. Please try again.'],
  '0x80044150': [500, 'Generic SQL error.'],
  '0x80044151': [500, 'SQL timeout expired.'],
  '0x80040216': [500, 'An unexpected error occurred.'],
  '0x8004418a': [413, 'The request is too large.'],
  '0x80040237': [412, 'Cannot insert duplicate key.'],
};

function dataverseReply({ code, status, text, retryAfterSeconds }: ActiveFault): Reply {
  const given = String(code ?? '0x80040216');
  const [usual, words] = REFUSALS[given.toLowerCase()] ?? [400, 'An error occurred.'];
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return errorReply(new DataverseError(status ?? usual, given, text ?? words, headers));
}

function statusReply({ status = 503, body, headers, retryAfterSeconds }: Answered): Reply {
  const retry: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  if (body === undefined) return { status, headers: { ...retry, ...headers } };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type =
    typeof body === 'string' && text.trimStart().startsWith('<')
      ? 'text/html; charset=utf-8'
      : 'application/json';
  return { status, headers: { 'content-type': type, ...retry, ...headers }, body: text };
}
