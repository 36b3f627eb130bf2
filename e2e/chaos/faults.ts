/** Every way in which the emulated organizations can fail, each for a while; see docs/emulators.md. */
import type { Fault } from '@leads/testing';
import type { Chance } from './random.ts';

const HTML = '<html><body>Bad gateway</body></html>';

const FAULTS: readonly Fault[] = [
  { kind: 'throttle', limit: 'requests', retryAfterSeconds: 2 },
  { kind: 'throttle', limit: 'execution', retryAfterSeconds: 1 },
  { kind: 'throttle', limit: 'concurrency', retryAfterSeconds: 1 },
  { kind: 'status', status: 500, body: { error: { code: '0x80044150', message: 'Generic SQL error.' } } },
  { kind: 'status', status: 502, body: HTML },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 401 },
  { kind: 'status', status: 403, body: { error: { code: '0x80042f09', message: 'No roles are assigned.' } } },
  { kind: 'status', status: 503, retryAfterSeconds: 1 },
  { kind: 'dataverse', code: '0x80040225', times: 1 },
  { kind: 'intermediary', answer: 'sign-in-page' },
  { kind: 'intermediary', answer: 'empty' },
  { kind: 'intermediary', answer: 'json' },
  { kind: 'intermediary', answer: 'accepted' },
  { kind: 'intermediary', answer: 'no-content' },
  { kind: 'intermediary', answer: 'busy-page' },
  { kind: 'delay', delayMs: 3_000 },
  { kind: 'slow-body', delayMs: 2_000 },
  { kind: 'reset-before-commit' },
  { kind: 'reset-after-commit' },
  { kind: 'truncated' },
  { kind: 'clock-skew', skewMs: 7_200_000 },
];

/** One of them, without the host it strikes, for one to four seconds, on everything or on half of the requests. */
export function anyFault(random: Chance): Fault {
  return {
    ...random.oneOf(FAULTS),
    forMs: Math.round(1_000 + 3_000 * random.next()),
    probability: random.oneOf([0.5, 1]),
  };
}
