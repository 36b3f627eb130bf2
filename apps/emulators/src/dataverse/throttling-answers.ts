/** The three service protection refusals: code, text and Retry-After of each. */
import { DataverseError } from './errors.ts';

export type Limit = 'requests' | 'execution' | 'concurrency';

interface LimitSizes {
  readonly requests: number;
  readonly executionSeconds: number;
  readonly windowSeconds: number;
  readonly concurrency: number;
}

const DOCUMENTED: LimitSizes = {
  requests: 6000,
  executionSeconds: 1200,
  windowSeconds: 300,
  concurrency: 52,
};

/** 429 with whole seconds to wait. */
export function throttledError(
  limit: Limit,
  retryAfterSeconds: number,
  sizes: LimitSizes = DOCUMENTED,
): DataverseError {
  const headers = { 'retry-after': String(Math.ceil(retryAfterSeconds)) };
  switch (limit) {
    case 'requests':
      return new DataverseError(
        429,
        '0x80072322',
        `Number of requests exceeded the limit of ${sizes.requests} over time window of ${sizes.windowSeconds} seconds.`,
        headers,
      );
    case 'execution':
      return new DataverseError(
        429,
        '0x80072321',
        `Combined execution time of incoming requests exceeded limit of ${(sizes.executionSeconds * 1000).toLocaleString('en-US')} milliseconds over time window of ${sizes.windowSeconds} seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.`,
        headers,
      );
    case 'concurrency':
      return new DataverseError(
        429,
        '0x80072326',
        `Number of concurrent requests exceeded the limit of ${sizes.concurrency}.`,
        headers,
      );
  }
}
