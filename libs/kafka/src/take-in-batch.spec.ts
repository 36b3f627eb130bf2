import { topics } from '@leads/contracts';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
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

const requestOf = (request: string) => JSON.stringify({ request });

const REFUSAL = new Error('refused');
const refusalOf = (error: unknown) => (error === REFUSAL ? 'It says too much.' : undefined);

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

  test('is taken in but for the records that are refused for what they say: exactly those are put aside, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('good', 'refused', 'no json'), { maxLength: 40 }),
        async (kinds) => {
          const { batch } = batchOf(kinds.map((kind) => (kind === 'no json' ? kind : requestOf(kind))));
          const handled: string[] = [];
          const aside: string[] = [];
          const result = await takeInBatch(batch, topic, {
            handle: (records) => {
              if (records.some(({ value }) => value.request === 'refused')) return Promise.reject(REFUSAL);
              handled.push(...records.map(({ offset }) => offset));
              return Promise.resolve();
            },
            refusalOf,
            putAside: (records) => {
              aside.push(...records.map(({ offset, fault, reason }) => `${offset} ${fault}: ${reason}`));
              return Promise.resolve();
            },
          });
          const offsetsOf = (wanted: string): string[] =>
            kinds.flatMap((kind, offset) => (kind === wanted ? [String(offset)] : []));
          expect(result).toEqual({ kind: 'taken-in' });
          expect(handled).toEqual(offsetsOf('good'));
          expect(aside).toEqual([
            ...offsetsOf('no json').map((offset) => `${offset} unreadable: The value is not JSON.`),
            ...offsetsOf('refused').map((offset) => `${offset} refused: It says too much.`),
          ]);
        },
      ),
    );
  });

  test('puts a refused record aside as it came', async () => {
    const { batch } = batchOf([requestOf('refused')]);
    const aside: unknown[] = [];
    await takeInBatch(batch, topic, {
      handle: () => Promise.reject(REFUSAL),
      refusalOf,
      putAside: (records) => {
        aside.push(...records);
        return Promise.resolve();
      },
    });
    const [message] = batch.batch.messages;
    expect(aside).toEqual([
      expect.objectContaining({
        topic: topic.name,
        partition: 0,
        offset: '0',
        value: message?.value,
        headers: [],
      }),
    ]);
  });

  test('puts nothing aside that is taken when it comes again: it met another’s transaction', async () => {
    const { batch } = batchOf(good(1));
    let calls = 0;
    const result = await takeInBatch(batch, topic, {
      handle: () => (++calls === 1 ? Promise.reject(REFUSAL) : Promise.resolve()),
      refusalOf,
      putAside: () => Promise.reject(new Error('nothing to put aside')),
    });
    expect(result).toEqual({ kind: 'taken-in' });
  });

  test('is held back whole where something else fails among refused records', async () => {
    const { batch, done } = batchOf([requestOf('refused'), requestOf('last')]);
    const result = await takeInBatch(batch, topic, {
      handle: ([first]) => Promise.reject(first?.value.request === 'refused' ? REFUSAL : new Error('down')),
      refusalOf,
      putAside: () => Promise.reject(new Error('nothing to put aside yet')),
    });
    expect(result).toEqual({ kind: 'held-back', offset: '0', error: new Error('down') });
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
