import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

/** Words of one destination. `WrittenRecord` has those of the event that tells of a written lead. */
const OF_A_DESTINATION = /dynamics|dataverse|odata|entra id|organi[sz]ation|\bhttps?\b|\bcrm/i;
const WRITTEN_RECORD = /^export type WrittenRecord = .*$/m;

test('the engine speaks of no destination', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.includes('testing') && !name.endsWith('.spec.ts'),
  );
  expect(files.length).toBeGreaterThan(15);
  const words = files.map((name) => {
    const text = readFileSync(`${import.meta.dirname}/${name}`, 'utf8').replace(WRITTEN_RECORD, '');
    return [name, OF_A_DESTINATION.exec(text)?.[0]];
  });
  expect(words.filter(([, word]) => word !== undefined)).toEqual([]);
});
