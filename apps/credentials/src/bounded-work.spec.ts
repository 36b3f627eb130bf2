import { describe, expect, test } from '@jest/globals';
import { BoundedWork } from './bounded-work.ts';

describe('bounded work', () => {
  test('does so many pieces at a time, keeps so many waiting, and refuses the rest', async () => {
    const work = new BoundedWork({ concurrency: 2, capacity: 3, onError: () => undefined });
    const gates = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
    const begun: number[] = [];
    const offered = gates.map(({ promise }, index) =>
      work.offer(() => {
        begun.push(index);
        return promise;
      }),
    );
    expect(offered).toEqual([true, true, true, true, true, false]);
    expect(begun).toEqual([0, 1]);
    gates[1]?.resolve();
    await new Promise(setImmediate);
    expect(begun).toEqual([0, 1, 2]);
    for (const { resolve } of gates) resolve();
    await work.idle();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    await work.idle();
  });

  test('goes on after a piece that failed, and tells of it', async () => {
    const errors: unknown[] = [];
    const work = new BoundedWork({ concurrency: 1, capacity: 5, onError: (error) => errors.push(error) });
    const done: string[] = [];
    work.offer(() => Promise.reject(new Error('first')));
    work.offer(() => Promise.resolve(done.push('second')).then(() => undefined));
    await work.idle();
    expect(errors).toEqual([new Error('first')]);
    expect(done).toEqual(['second']);
  });
});
