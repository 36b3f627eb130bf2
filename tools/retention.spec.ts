/** How long what is kept, as docs/operate.md lists it: every topic, and every table whose rows go by age. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { topics, type Topic } from '@leads/contracts';
import { root } from './stack/config.ts';

const DAY_MS = 24 * 60 * 60_000;

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const [, section = ''] = textOf('docs/operate.md').split('## How long what is kept');
const rows = section.split('\n').filter((line) => line.startsWith('|'));

const AGES = [
  'apps/credentials/src/retention.ts',
  'apps/dynamics-writer/src/retention.ts',
  'apps/ingest-gateway/src/retention.ts',
  'apps/notification/src/retention.ts',
  'apps/portal/src/retention/old-leads.ts',
  'apps/portal/src/retention/portal-ages.ts',
  'libs/delivery/src/retention.ts',
  'libs/service/src/housekeeping.ts',
];

describe('the list of how long what is kept', () => {
  const tables = AGES.flatMap((path) =>
    [...textOf(path).matchAll(/(?:aged\(|table: |putAside\()'(\w+)'/g)].map((match) => match[1] ?? ''),
  );

  test.each([...new Set(tables)])('has a row of the table %s', (table) => {
    expect(rows.filter((row) => row.split('|')[1]?.match(new RegExp(`\\b${table}\\b`)))).not.toEqual([]);
  });

  test.each(Object.values<Topic>(topics))('has a row of the topic $name', ({ name, retention }) => {
    const [row = ''] = rows.filter((line) => line.includes(`\`${name}\``));
    const howLong =
      retention.policy === 'compact'
        ? 'for good'
        : retention.ms >= DAY_MS
          ? new RegExp(`\\b${retention.ms / DAY_MS === 1 ? 'a' : retention.ms / DAY_MS} days?\\b`)
          : 'five minutes';
    expect(row).toMatch(howLong);
  });
});
