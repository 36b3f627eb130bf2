/** Every way in which the emulated organisations can fail, each for a while; see docs/emulators.md. */
import type { Chance } from './random.ts';

/** A fault without the host it strikes. */
export type Fault = Record<string, unknown> & { kind: string };

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
  { kind: 'delay', delayMs: 3_000 },
  { kind: 'slow-body', delayMs: 2_000 },
  { kind: 'reset-before-commit' },
  { kind: 'reset-after-commit' },
  { kind: 'truncated' },
  { kind: 'clock-skew', skewMs: 7_200_000 },
];

/** One of them, for one to four seconds, on everything or on half of the requests. */
export function anyFault(random: Chance): Fault {
  return {
    ...random.oneOf(FAULTS),
    forMs: Math.round(1_000 + 3_000 * random.next()),
    probability: random.oneOf([0.5, 1]),
  };
}
