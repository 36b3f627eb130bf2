import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert } from '@leads/contracts';
import { Connections } from '../connections/connections.ts';
import { pause, publish, replaceSecret } from '../connections/revisions.ts';
import { KeyRing } from '../secrets/key-ring.ts';
import { Vault } from '../secrets/vault.ts';
import { startTestSchema, type TestSchema } from '../testing/database.ts';
import { contosoFields } from '../testing/fields.ts';
import { warnOfExpiry } from './warn-of-expiry.ts';

const DAY_MS = 86_400_000;
const masterKey = randomBytes(32).toString('base64');
let schema: TestSchema;
let connections: Connections;
let clock: Date;

beforeAll(async () => {
  schema = await startTestSchema();
  connections = new Connections({
    database: schema.database,
    vault: new Vault(new KeyRing(() => Promise.resolve(masterKey))),
    gatewayUrl: 'https://gateway.example',
    wakeRelay: () => undefined,
    now: () => clock,
  });
});
afterAll(() => schema.close());
beforeEach(async () => {
  clock = new Date('2026-11-22T12:00:00Z');
  await schema.database.deleteFrom('outbox').execute();
  await schema.database.deleteFrom('expiry_alerts').execute();
});

async function connect(changes: Record<string, unknown>, published = true): Promise<string> {
  const { connectionId } = await connections.create(contosoFields(changes), 'test');
  if (published) await connections.revise(connectionId, 'test', undefined, publish);
  return connectionId;
}

/** Lives through days, looking several times a day as several instances do. */
async function live(days: number): Promise<void> {
  for (let half = 0; half < days * 2; half += 1) {
    clock = new Date(clock.getTime() + DAY_MS / 2);
    await Promise.all([1, 2, 3].map(() => warnOfExpiry(schema.database, clock)));
  }
}

async function alertsOf(connectionId: string): Promise<Alert[]> {
  const rows = await schema.database
    .selectFrom('outbox')
    .selectAll()
    .where('topic', '=', 'alerts.v1')
    .orderBy('id')
    .execute();
  return rows
    .map(({ value }) => Alert.parse(JSON.parse(value)))
    .filter((alert) => alert.connectionId === connectionId);
}

async function alerted(connectionId: string): Promise<string[]> {
  return (await alertsOf(connectionId)).map(({ at, kind }) => `${kind} ${at.slice(0, 10)}`);
}

describe('warnings of a secret that expires', () => {
  test('come at 30, 14, 7, 3 and 1 days and when it has happened, each once', async () => {
    const connectionId = await connect({ clientSecretExpiresOn: '2027-01-31' });
    await live(90);
    expect(await alerted(connectionId)).toEqual([
      'secret-expiring 2027-01-01',
      'secret-expiring 2027-01-17',
      'secret-expiring 2027-01-24',
      'secret-expiring 2027-01-28',
      'secret-expiring 2027-01-30',
      'secret-expiring 2027-02-01',
    ]);
  });

  test('begin anew for a new secret, and for a password 90 days after it was set', async () => {
    const connectionId = await connect({
      authentication: 'office-365',
      applicationId: undefined,
      directoryId: undefined,
      clientSecret: undefined,
      userName: 'leads@contoso.onmicrosoft.com',
      password: 'P@ssw0rd',
    });
    await live(70);
    expect(await alerted(connectionId)).toEqual(['secret-expiring 2027-01-21']);
    await connections.revise(
      connectionId,
      'test',
      undefined,
      replaceSecret({ kind: 'password', value: 'new' }),
    );
    await live(61);
    expect(await alerted(connectionId)).toHaveLength(2);
  });

  test('name the secret and its last day apart from the words', async () => {
    const connectionId = await connect({ clientSecretExpiresOn: '2026-12-01' });
    await live(1);
    expect((await alertsOf(connectionId)).map(({ secret }) => secret)).toEqual([
      { kind: 'client-secret', expiresOn: '2026-12-01' },
    ]);
  });

  test('leave drafts and secrets without an end alone, and do not stop while a connection is paused', async () => {
    const draft = await connect({ clientSecretExpiresOn: '2026-12-01' }, false);
    const endless = await connect({});
    const paused = await connect({ clientSecretExpiresOn: '2026-12-01' });
    await connections.revise(paused, 'test', undefined, pause);
    await live(1);
    expect(await alerted(draft)).toEqual([]);
    expect(await alerted(endless)).toEqual([]);
    expect(await alerted(paused)).toEqual(['secret-expiring 2026-11-23']);
  });
});
