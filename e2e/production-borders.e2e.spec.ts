/** The other borders as in production: who gets into the database and how far, how mails are taken, where health is told. */
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SERVICES, type ServiceName } from '@leads/contracts';
import { startTestStack, type TestStack } from '@leads/tools';
import pg from 'pg';

const SCHEMAS: Record<ServiceName, string> = {
  'ingest-gateway': 'gateway',
  credentials: 'credentials',
  'dynamics-writer': 'writer',
  notification: 'notification',
  portal: 'portal',
};
/** PostgreSQL's code for what a role may not do. */
const REFUSED = '42501';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'production' });
}, 240_000);
afterAll(() => stack.stop(), 60_000);

function addressOf(service: ServiceName): { url: string; ca: string } {
  const { DATABASE_URL: url = '', DATABASE_CA_FILE: file = '' } =
    stack.database.secured?.environmentOf(service) ?? {};
  return { url, ca: readFileSync(file, 'utf8') };
}

/** Rows of a statement, or why there are none: the server's code, or what the client says. */
async function ask(config: pg.ClientConfig, statement: string): Promise<unknown> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(statement)).rows;
  } catch (error) {
    const { code, message } = error as pg.DatabaseError;
    return code === REFUSED ? code : message;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function as(service: ServiceName, statement: string): Promise<unknown> {
  const { url, ca } = addressOf(service);
  return ask({ connectionString: url, ssl: { ca } }, statement);
}

describe.each(SERVICES)('in the database, %s', (service) => {
  const own = SCHEMAS[service];

  test('reads its own schema and nobody else’s', async () => {
    expect(await as(service, `select count(*)::int as rows from ${own}.outbox_refused`)).toEqual([
      { rows: 0 },
    ]);
    for (const other of SERVICES.filter((name) => name !== service)) {
      const answer = await as(service, `select * from ${SCHEMAS[other]}.outbox_refused`);
      expect([other, answer]).toEqual([other, REFUSED]);
    }
  });

  test('owns nothing, and makes and removes no table', async () => {
    expect(await as(service, `select relname from pg_class where relowner = current_user::regrole`)).toEqual(
      [],
    );
    expect(await as(service, `create table ${own}.more (id int)`)).toBe(REFUSED);
    expect(await as(service, `create temporary table more (id int)`)).toBe(REFUSED);
    expect(await as(service, `drop table ${own}.outbox`)).toBe(REFUSED);
  });
});

test('the services are connected to the database under their own roles and TLS', async () => {
  const found = await ask(
    { connectionString: stack.database.url },
    `select distinct usename as role, ssl from pg_stat_activity join pg_stat_ssl using (pid)
      where datname = current_database() and usename <> current_user order by role`,
  );
  const roles = [...(stack.database.secured?.roles ?? [])].sort();
  expect(roles).toHaveLength(SERVICES.length);
  expect(found).toEqual(roles.map((role) => ({ role, ssl: true })));
});

test('the database takes nobody in clear, without the right password, or by another authority’s word', async () => {
  const { url, ca } = addressOf('portal');
  const wrong = new URL(url);
  wrong.password = 'wrong';
  expect(await ask({ connectionString: url, ssl: false }, 'select 1')).toMatch(/no encryption/);
  expect(await ask({ connectionString: wrong.href, ssl: { ca } }, 'select 1')).toMatch(
    /password authentication/,
  );
  expect(await ask({ connectionString: url, ssl: true }, 'select 1')).toMatch(/certificate/);
});

test('a mail in clear is not taken', async () => {
  const { hostname, port } = new URL(stack.emulators.smtpUrl);
  const commands = ['EHLO here.example', 'MAIL FROM:<ann@contoso.example>', 'QUIT'];
  const answers = await new Promise<string>((resolve, reject) => {
    const socket = createConnection({ host: hostname, port: Number(port) });
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      // The last line of an answer has no dash behind its number.
      if (/(^|\n)\d{3} [^\n]*\n$/.test(heard)) socket.write(`${commands.shift() ?? 'NOOP'}\r\n`);
    });
    socket.on('end', () => resolve(heard));
    socket.on('error', reject);
  });
  expect(answers).toMatch(/^250[ -]STARTTLS/m);
  expect(answers).toMatch(/^530 /m);
});

test.each(SERVICES)('%s tells its health and figures at a port of their own alone', async (service) => {
  const { url, healthUrl } = stack.services[service];
  expect(healthUrl).not.toBe(url);
  for (const path of ['/health/ready', '/health/live', '/metrics']) {
    expect([path, (await fetch(`${healthUrl}${path}`)).status]).toEqual([path, 200]);
    expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 404]);
  }
});
