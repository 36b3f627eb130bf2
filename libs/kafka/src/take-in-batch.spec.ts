import { topics } from '@leads/contracts';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { CHUNK_RECORDS, takeInBatch, type Batch } from './take-in-batch.ts';

const topic = topics.tokensRequested;

/** A batch as the client gives it, and what was done with it. */
function batchOf(values: string[]) {
  const done: string[] = [];
  const batch: Batch = {
    batch: {
      partition: 0,
      messages: values.map((value, offset) => ({
        key: null,
        value: Buffer.from(value),
        offset: String(offset),
        timestamp: '0',
        attributes: 0,
        headers: {},
      })),
    },
    heartbeat: () => {
      done.push('heartbeat');
      return Promise.resolve();
    },
    isRunning: () => true,
    isStale: () => false,
    resolveOffset: (offset) => void done.push(`resolved ${offset}`),
  };
  return { batch, done };
}

const good = (count: number) => Array.from({ length: count }, () => '{"request":"r"}');

afterEach(() => void jest.useRealTimers());

describe('a batch', () => {
  test('is taken in chunk by chunk, each safe before the offset advances and followed by a heartbeat', async () => {
    const { batch, done } = batchOf(good(2 * CHUNK_RECORDS + 1));
    const result = await takeInBatch(batch, topic, {
      handle: async (records) => {
        await Promise.resolve();
        done.push(`handled ${records.length}`);
      },
      putAside: () => Promise.reject(new Error('nothing to put aside')),
    });
    expect(result).toEqual({ kind: 'taken-in' });
    expect(done).toEqual([
      ...['handled 500', 'resolved 499', 'heartbeat'],
      ...['handled 500', 'resolved 999', 'heartbeat'],
      ...['handled 1', 'resolved 1000', 'heartbeat'],
    ]);
  });

  test('is held back from the chunk that failed on, with the offset where it was', async () => {
    const { batch, done } = batchOf(good(CHUNK_RECORDS + 5));
    let calls = 0;
    const result = await takeInBatch(batch, topic, {
      handle: () => (++calls === 2 ? Promise.reject(new Error('down')) : Promise.resolve()),
      putAside: () => Promise.resolve(),
    });
    expect(result).toEqual({ kind: 'held-back', offset: '500', error: new Error('down') });
    expect(done).toEqual(['resolved 499', 'heartbeat']);
  });

  test('advances past undecodable records only once they have been put aside', async () => {
    const { batch, done } = batchOf(['no json']);
    const failing = { handle: () => Promise.resolve(), putAside: () => Promise.reject(new Error('down')) };
    expect(await takeInBatch(batch, topic, failing)).toMatchObject({ kind: 'held-back', offset: '0' });
    expect(done).toEqual([]);
  });

  test('stops between chunks when the consumer is closing', async () => {
    const { batch, done } = batchOf(good(CHUNK_RECORDS + 1));
    let running = true;
    const receivers = {
      handle: () => {
        running = false;
        return Promise.resolve();
      },
      putAside: () => Promise.resolve(),
    };
    const result = await takeInBatch({ ...batch, isRunning: () => running }, topic, receivers);
    expect(result).toEqual({ kind: 'interrupted' });
    expect(done).toEqual(['resolved 499', 'heartbeat']);
  });

  test('keeps its membership while a handler takes long', async () => {
    jest.useFakeTimers();
    const { batch, done } = batchOf(good(1));
    let finish: () => void = () => undefined;
    const taking = takeInBatch(batch, topic, {
      handle: () => new Promise((resolve) => (finish = resolve)),
      putAside: () => Promise.resolve(),
    });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(done.length).toBeGreaterThanOrEqual(10);
    finish();
    await taking;
    const after = done.length;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(done).toHaveLength(after);
  });

  test('passes on that the group has to be joined again', async () => {
    const { batch } = batchOf(good(1));
    const rebalancing = { ...batch, heartbeat: () => Promise.reject(new Error('rebalancing')) };
    const receivers = { handle: () => Promise.resolve(), putAside: () => Promise.resolve() };
    await expect(takeInBatch(rebalancing, topic, receivers)).rejects.toThrow('rebalancing');
  });
});
