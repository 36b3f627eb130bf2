import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type CatalogueTopic, surelyGoneAfterMs, topics } from './topics.ts';

const folder = new URL('../samples/events/', import.meta.url);
const catalogue: readonly CatalogueTopic[] = Object.values(topics);

/** `<topic>[.<variant>].json`, the topic's name ending in its version. */
function topicOf(file: string): CatalogueTopic | undefined {
  return catalogue.find((topic) => file.startsWith(`${topic.name}.`));
}

interface Unkeepable {
  path: string[];
  unkeepable: unknown;
}

/** Numbers that are kept as JSON: how long a check took, and what a mapping sets. */
const NOT_COUNTED = ['tookMs', 'constants'];

/** The value with one of its moments in the year 0, or one of its whole numbers beyond 32 bits, for each of them. */
function unkeepables(value: unknown, path: string[] = []): Unkeepable[] {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value)) {
    return [{ path, unkeepable: `0000${value.slice(4)}` }];
  }
  if (typeof value === 'number' && !path.some((name) => NOT_COUNTED.includes(name)))
    return [{ path, unkeepable: 3e9 }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    unkeepables(part, [...path, name]).map((found) => ({
      path: found.path,
      unkeepable: Array.isArray(value)
        ? value.map((each: unknown, place) => (String(place) === name ? found.unkeepable : each))
        : { ...value, [name]: found.unkeepable },
    })),
  );
}

describe('the topic catalogue', () => {
  test.each(readdirSync(folder))('the frozen sample %s parses, and nothing of it is dropped', (file) => {
    const value: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    expect(topicOf(file)?.schema.parse(value)).toEqual(value);
  });

  test.each(readdirSync(folder))(
    'no moment or count of %s may be one that PostgreSQL cannot keep',
    (file) => {
      const value: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      for (const { path, unkeepable } of unkeepables(value)) {
        const says = `${path.join('.')}: ${topicOf(file)?.schema.safeParse(unkeepable).success}`;
        expect(says).toBe(`${path.join('.')}: false`);
      }
    },
  );

  test('every topic has a frozen sample', () => {
    const sampled = new Set(readdirSync(folder).map(topicOf));
    expect(catalogue.filter((topic) => !sampled.has(topic)).map((topic) => topic.name)).toEqual([]);
  });

  test('names are unique and carry a version', () => {
    const names = catalogue.map((topic) => topic.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z.]+\.v\d+$/);
  });

  test('every topic is keyed by the smallest thing that its values are about, but for two', () => {
    const smallest = [
      ['leadId', 'lead'],
      ['incidentId', 'incident'],
      ['connectionId', 'connection'],
      ['contactId', 'contact'],
      ['publisherId', 'publisher'],
      ['requester', 'requester'],
    ] as const;
    // Accepted leads stay together for their connection's lane; any instance of credentials answers a request.
    const otherwise = ['leadsAccepted', 'tokensRequested'];
    const keyedOtherwise = Object.entries(topics).filter(([, { schema, keyedBy }]) => {
      const options = 'options' in schema ? schema.options : [schema];
      const [, expected] =
        smallest.find(([field]) => options.every((option) => 'shape' in option && field in option.shape)) ??
        [];
      return keyedBy !== expected;
    });
    expect(keyedOtherwise.map(([name]) => name)).toEqual(otherwise);
  });

  test('what can be read again is remembered for longer than the topic keeps it', () => {
    const day = 24 * 60 * 60_000;
    expect(surelyGoneAfterMs(topics.validations, topics.alerts)).toBe(16 * day);
    expect(surelyGoneAfterMs(topics.alerts, topics.connections)).toBe(Infinity);
  });
});
