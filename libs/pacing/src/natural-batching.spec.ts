import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { countThatFits, NaturalBatching } from './natural-batching.ts';

/** A broker that answers when it is told to. */
function manualBroker() {
  const sends: { items: string[]; answer: (error?: Error) => void }[] = [];
  const send = (items: string[]) =>
    new Promise<void>((resolve, reject) => {
      sends.push({ items, answer: (error) => (error ? reject(error) : resolve()) });
    });
  return { sends, send };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const limits = { records: 10, bytes: 100 };
const sizeOf = (item: string) => item.length;

describe('natural batching', () => {
  test('the first goes at once, and what gathers meanwhile goes as one send', async () => {
    const { sends, send } = manualBroker();
    const batching = new NaturalBatching(send, sizeOf, limits);
    const added = [batching.add(['a']), batching.add(['b', 'c']), batching.add(['d'])];
    expect(sends.map(({ items }) => items)).toEqual([['a']]);
    sends[0]?.answer();
    await turn();
    expect(sends.map(({ items }) => items)).toEqual([['a'], ['b', 'c', 'd']]);
    sends[1]?.answer();
    await Promise.all(added);
  });

  test('a caller is answered only when all of its items have been', async () => {
    const { sends, send } = manualBroker();
    const batching = new NaturalBatching(send, sizeOf, { records: 2, bytes: 100 });
    let answered = false;
    const added = batching.add(['a', 'b', 'c']).then(() => (answered = true));
    sends[0]?.answer();
    await turn();
    expect([answered, sends[1]?.items]).toEqual([false, ['c']]);
    sends[1]?.answer();
    await added;
    expect(answered).toBe(true);
  });

  test('a failed send rejects those who had items in it, drops the rest of theirs, and the others go on', async () => {
    const { sends, send } = manualBroker();
    const batching = new NaturalBatching(send, sizeOf, { records: 2, bytes: 100 });
    const failed = expect(batching.add(['a', 'b', 'c'])).rejects.toThrow('refused');
    const fine = batching.add(['d']);
    sends[0]?.answer(new Error('refused'));
    await failed;
    await turn();
    expect(sends[1]?.items).toEqual(['d']);
    sends[1]?.answer();
    await fine;
  });

  test('settles when nothing is under way', async () => {
    const { sends, send } = manualBroker();
    const batching = new NaturalBatching(send, sizeOf, limits);
    await batching.settled();
    let settled = false;
    const added = batching.add(['a']);
    const waiting = batching.settled().then(() => (settled = true));
    await turn();
    expect(settled).toBe(false);
    sends[0]?.answer();
    await Promise.all([added, waiting]);
  });

  test('sends every item once, in order and within the limits, and answers each caller by its own sends', async () => {
    const callers = fc.array(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(callers, fc.array(fc.boolean()), async (sizesOfCallers, failures) => {
        const sends: { sizes: number[]; callers: Set<number>; failed: boolean }[] = [];
        const batching = new NaturalBatching<{ caller: number; size: number }>(
          async (items) => {
            const failed = failures[sends.length] ?? false;
            sends.push({
              sizes: items.map(({ size }) => size),
              callers: new Set(items.map((i) => i.caller)),
              failed,
            });
            await turn();
            if (failed) throw new Error('refused');
          },
          ({ size }) => size,
          { records: 5, bytes: 100 },
        );
        const added = sizesOfCallers.map((sizes, caller) =>
          batching.add(sizes.map((size) => ({ caller, size }))),
        );
        const outcomes = await Promise.allSettled(added);
        for (const { sizes } of sends) {
          expect(sizes.length).toBeLessThanOrEqual(5);
          if (sizes.length > 1) expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(100);
        }
        outcomes.forEach(({ status }, caller) => {
          const ofCaller = sends.filter(({ callers: inSend }) => inSend.has(caller));
          expect(status === 'rejected').toBe(ofCaller.some(({ failed }) => failed));
        });
        if (!sends.some(({ failed }) => failed)) {
          expect(sends.flatMap(({ sizes }) => sizes)).toEqual(sizesOfCallers.flat());
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('what fits into one send', () => {
  test('is as much as the limits allow, and at least one', () => {
    expect(countThatFits([50, 50, 1], limits)).toBe(2);
    expect(countThatFits([101, 1], limits)).toBe(1);
    expect(countThatFits([1, 101], limits)).toBe(1);
    expect(countThatFits(Array<number>(20).fill(1), limits)).toBe(10);
    expect(countThatFits([], limits)).toBe(0);
  });
});
