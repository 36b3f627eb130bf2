/** The schema of credentials in a database of a test's own. */
import { jest } from '@jest/globals';
import type { Kysely } from 'kysely';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase } from '@leads/testing';
import type { CredentialsTables } from '../tables.ts';

// On a machine that is busy with other tests, processes take their time.
jest.setTimeout(60_000);

export interface TestSchema {
  url: string;
  database: Kysely<CredentialsTables>;
  close: () => Promise<void>;
}

export async function startTestSchema(poolSize = 10): Promise<TestSchema> {
  const folder = new URL('../../migrations/', import.meta.url);
  const made = await testDatabase((url) => migrate({ url, schema: 'credentials', folder }));
  const database = openDatabase<CredentialsTables>(
    { url: made.url, schema: 'credentials', poolSize, application: 'test' },
    () => undefined,
  );
  return {
    url: made.url,
    database,
    close: async () => {
      await database.destroy();
      await made.drop();
    },
  };
}
