import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { UnknownField } from '@leads/contracts';
import { WatchFields } from './watch-fields.ts';

const at = new Date('2026-11-22T20:00:00Z');
const tomorrow = new Date('2026-11-23T00:00:00Z');

function watching(keep: (fields: readonly UnknownField[]) => Promise<void> = () => Promise.resolve()) {
  const kept: [connectionId: string, names: string][] = [];
  const errors: unknown[] = [];
  const watch = new WatchFields(
    (connectionId, fields) => {
      kept.push([connectionId, fields.map(({ name }) => name).join()]);
      return keep(fields);
    },
    (error) => errors.push(error),
  );
  return { watch, kept, errors };
}

test('a field is written down once a connection and day, and after the post was answered', async () => {
  const { watch, kept } = watching();
  const value = { userDetails: { email: 'a@b.example' }, score: 1 };
  watch.saw({ connectionId: 'one', value, at });
  expect(kept).toEqual([]);
  for (const connectionId of ['one', 'two', 'two']) watch.saw({ connectionId, value, at });
  await turn();
  expect(kept).toEqual([
    ['one', 'score'],
    ['two', 'score'],
  ]);
  watch.saw({ connectionId: 'one', value: { ...value, other: 2 }, at });
  await turn();
  expect(kept.slice(2)).toEqual([['one', 'other']]);
  watch.saw({ connectionId: 'one', value, at: tomorrow });
  await turn();
  expect(kept.slice(3)).toEqual([['one', 'score']]);
});

test('what has only fields that are known writes nothing', async () => {
  const { watch, kept } = watching();
  watch.saw({ connectionId: 'one', value: { userDetails: { email: 'a@b.example' }, leadSource: '' }, at });
  await turn();
  expect(kept).toEqual([]);
});

test('made-up names end at a number a connection and day', async () => {
  const { watch, kept } = watching();
  for (let index = 0; index < 300; index++)
    watch.saw({ connectionId: 'one', value: { [`made up ${'x'.repeat(index % 50)} ${index}`]: 1 }, at });
  await turn();
  expect(kept).toHaveLength(100);
});

test('what could not be written is written with the next post that has it', async () => {
  let isAway = true;
  const { watch, kept, errors } = watching(() =>
    isAway ? Promise.reject(new Error('away')) : Promise.resolve(),
  );
  watch.saw({ connectionId: 'one', value: { score: 1 }, at });
  await turn();
  expect(errors).toHaveLength(1);
  isAway = false;
  for (let time = 0; time < 2; time++) {
    watch.saw({ connectionId: 'one', value: { score: 1 }, at });
    await turn();
  }
  expect(kept).toHaveLength(2);
});
