import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { removeAged } from '@leads/database';
import { readSettings, retentionOf, decidedTables, retentionSettings } from '@leads/service';
import { tablesOf } from '@leads/testing';
import { NOT_AGED, writerAges } from './retention.ts';
import { startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

const NOW = new Date('2026-11-22T09:30:00Z');
const ages = writerAges(retentionOf(readSettings({}, retentionSettings)));

let schema: WriterSchema;
beforeAll(async () => {
  schema = await startWriterSchema();
});
afterAll(() => schema.close());

test('it is decided of each table', async () => {
  expect(await tablesOf(schema.url, 'writer')).toEqual(decidedTables(ages, NOT_AGED));
});

test('what an organization said goes once nobody has asked for long, and not before', async () => {
  await schema.empty();
  const reading = (organization: string, daysAgo: number) => {
    const at = new Date(NOW.getTime() - daysAgo * 86_400_000);
    return { organization, identity: 'one', asked_at: at, again_at: at };
  };
  await schema.database
    .insertInto('readings')
    .values([reading('https://past.example', 31), reading('https://young.example', 29)])
    .execute();
  const onError = (error: unknown): never => {
    throw error;
  };
  expect(await removeAged(schema.database, ages, { now: NOW, onError })).toEqual({ readings: 1 });
  expect(await schema.database.selectFrom('readings').select('organization').execute()).toEqual([
    { organization: 'https://young.example' },
  ]);
});
