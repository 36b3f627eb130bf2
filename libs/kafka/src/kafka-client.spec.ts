import { expect, jest, test } from '@jest/globals';
import type { LogEntry } from 'kafkajs';
import { describeLogEntry } from './kafka-client.ts';

const entry: LogEntry = {
  namespace: 'Connection',
  level: 1,
  label: 'ERROR',
  log: {
    timestamp: '2026-11-22T00:00:00Z',
    message: 'Connection error',
    broker: 'broker:9092',
    error: new Error('refused'),
    payload: 'a secret',
    stack: 'a stack',
  },
};

test('a line of the client’s log names broker and error and leaves payloads out', () => {
  expect(describeLogEntry(entry)).toBe(
    'kafkajs Connection: Connection error broker=broker:9092 error=refused',
  );
});

/** The patched part of the client, which it does not export. */
interface RequestQueue {
  push(request: { entry: { correlationId: number }; expectResponse: boolean; sendRequest: () => void }): void;
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  maybeThrottle(ms: number): void;
  pending: unknown[];
}

const INTERNAL_MODULE: string = 'kafkajs/src/network/requestQueue/index.js';

test('an idle connection arms no timer, and a waiting request still gets its turn', async () => {
  const { default: Queue } = (await import(INTERNAL_MODULE)) as {
    default: new (options: object) => RequestQueue;
  };
  jest.useFakeTimers();
  try {
    const logger = { debug: () => undefined, warn: () => undefined };
    const queue = new Queue({ logger, maxInFlightRequests: null, requestTimeout: 1_000 });
    const send = (correlationId: number) => {
      const sendRequest = jest.fn();
      const request = { correlationId, apiName: 'Fetch', apiKey: 1, apiVersion: 0, resolve: () => undefined };
      queue.push({ entry: request, expectResponse: true, sendRequest });
      return sendRequest;
    };
    expect(send(1)).toHaveBeenCalledTimes(1);
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    expect(jest.getTimerCount()).toBe(0);

    queue.maybeThrottle(40);
    const throttled = send(2);
    expect([throttled.mock.calls.length, jest.getTimerCount()]).toEqual([0, 1]);
    jest.advanceTimersByTime(50);
    expect([throttled.mock.calls.length, jest.getTimerCount()]).toEqual([1, 0]);
  } finally {
    jest.useRealTimers();
  }
});
