// What a client gets when a fault answers in place of the site.
import { refusalReply, refuse } from '../entra/aadsts.ts';
import type { Reply } from '../http/exchange.ts';
import type { Delivery } from '../http/server.ts';
import { newGuid } from './ids.ts';
import type { ActiveFault } from './faults.ts';
import { throttledError } from '../dataverse/throttling-answers.ts';
import { errorReply } from '../dataverse/errors.ts';

/** True for faults that keep the request from doing anything. */
export function neverReachesSite(fault: ActiveFault): boolean {
  return ['status', 'throttle', 'aadsts', 'reset-before-commit'].includes(fault.kind);
}

export function answerOfFault(fault: ActiveFault, now: number): Delivery {
  switch (fault.kind) {
    case 'throttle':
      return { kind: 'send', reply: errorReply(throttledError(fault.limit, fault.retryAfterSeconds ?? 5)) };
    case 'aadsts':
      return {
        kind: 'send',
        reply: refusalReply(refuse(fault.code ?? 90033), now, newGuid(), fault.retryAfterSeconds),
      };
    case 'status':
      return { kind: 'send', reply: statusReply(fault) };
    default:
      return { kind: 'reset' };
  }
}

function statusReply({ status, body, headers, retryAfterSeconds }: ActiveFault): Reply {
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
