/** $batch after Microsoft's documented examples: sequential, stop or continue on error, change sets. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { boundaryOf, parseHeaders, parseMultipart } from '../odata/multipart.ts';
import { CONTOSO } from '../seed.ts';
import { startForTest, type Answer, type Running } from '../testing/running.ts';

// Keys are made and much is sent: patience on a busy machine.
jest.setTimeout(30_000);

const API = '/api/data/v9.2';
const { host, tenantId, clientId } = CONTOSO;
const ROLES = ['System Administrator', 'Microsoft Marketplace Lead Writer'];

let running: Running;
let token: string;
beforeAll(async () => {
  running = await startForTest();
  token = await running.token();
});
afterAll(() => running.close());
beforeEach(async () => {
  await running.control('PUT', `organizations/${host}`, {
    tenantId,
    applicationUsers: [{ applicationId: clientId, roles: ROLES }],
  });
  await running.control('DELETE', `organizations/${host}/leads`);
});

interface Part {
  status: number;
  headers: Record<string, string>;
  body: string;
  contentId: string | undefined;
}

const send = (body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  running.send(`${API}/$batch`, {
    method: 'POST',
    body,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'multipart/mixed; boundary="batch_1"',
      ...headers,
    },
  });
const operation = (text: string, headers: string[] = []): string =>
  ['Content-Type: application/http', 'Content-Transfer-Encoding: binary', ...headers, '', text].join('\r\n');
const post = (lead: object, headers: string[] = []): string =>
  operation(
    `POST ${API}/leads HTTP/1.1\r\nContent-Type: application/json; type=entry\r\n\r\n${JSON.stringify(lead)}`,
    headers,
  );
const batch = (...parts: string[]): string =>
  `${parts.map((part) => `--batch_1\r\n${part}\r\n`).join('')}--batch_1--\r\n`;
const changeSet = (...parts: string[]): string =>
  `Content-Type: multipart/mixed; boundary=changeset_1\r\n\r\n${parts.map((part) => `--changeset_1\r\n${part}\r\n`).join('')}--changeset_1--\r\n`;
const partsOf = (contentType: string, body: Buffer): Part[] =>
  parseMultipart(body, boundaryOf(contentType) ?? '').flatMap((part) => {
    if (boundaryOf(part.headers['content-type'] ?? ''))
      return partsOf(part.headers['content-type'] ?? '', part.body);
    const text = part.body.toString();
    const { headers, rest } = parseHeaders(text.slice(text.indexOf('\n') + 1));
    const contentId = part.headers['content-id'];
    return [{ status: Number(text.split(' ')[1]), headers, body: rest.trim(), contentId }];
  });
const read = (answer: Answer): Part[] =>
  partsOf(String(answer.headers['content-type']), Buffer.from(answer.text));
const codeOf = (text: string): string => (JSON.parse(text) as { error: { code: string } }).error.code;
const count = async (): Promise<unknown> =>
  (await running.control('GET', `organizations/${host}/leads/count`)).body()['count'];

const good = { lastname: 'Good' };
const bad = { lastname: 'x'.repeat(51) };

describe('operations', () => {
  test('are answered in order, each with its own headers', async () => {
    const answer = await send(
      batch(post(good), operation(`GET ${API}/leads?$select=lastname HTTP/1.1\r\n\r\n`)),
    );
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(
      /^multipart\/mixed; boundary=batchresponse_[0-9a-f-]{36}$/,
    );
    const [created, list] = read(answer);
    expect(created).toMatchObject({ status: 204, body: '' });
    expect(created?.headers['location']).toBe(created?.headers['odata-entityid']);
    expect(created?.headers['odata-entityid']).toMatch(
      new RegExp(`^https://${host}${API}/leads\\([0-9a-f-]{36}\\)$`),
    );
    expect(list?.status).toBe(200);
    expect(JSON.parse(list?.body ?? '')).toMatchObject({ value: [{ lastname: 'Good' }] });
  });

  test('may be any questions, and each is answered by itself', async () => {
    const ask = (resource: string): string => operation(`GET ${API}/${resource} HTTP/1.1\r\n\r\n`);
    const { UserId } = (
      await running.send(`${API}/WhoAmI`, { headers: { authorization: `Bearer ${token}` } })
    ).body();
    const answer = await send(
      batch(
        ask('WhoAmI'),
        ask('RetrieveVersion()'),
        ask(`solutions?$select=version&$filter=uniquename%20eq%20'nothing'`),
        ask(`EntityDefinitions(LogicalName='lead')/Attributes?$select=LogicalName`),
        ask(`systemusers(${String(UserId)})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`),
        ask('nothings'),
      ),
      { prefer: 'odata.continue-on-error' },
    );
    const parts = read(answer);
    expect(parts.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 404]);
    expect(JSON.parse(parts[0]?.body ?? '')).toMatchObject({ UserId });
    expect(JSON.parse(parts[2]?.body ?? '')).toMatchObject({ value: [] });
    expect(parts[3]?.body).toContain('"LogicalName":"subject"');
    expect(parts[4]?.body).toContain('prvCreateLead');
  });

  test('are refused one by one by a fault that is for operations of a batch alone', async () => {
    const fault = { host, match: { path: 'WhoAmI', inBatch: true }, kind: 'throttle', retryAfterSeconds: 3 };
    await running.control('POST', 'faults', fault);
    const ask = operation(`GET ${API}/WhoAmI HTTP/1.1\r\n\r\n`);
    const answer = await send(batch(ask, post(good)), { prefer: 'odata.continue-on-error' });
    const alone = await running.send(`${API}/WhoAmI`, { headers: { authorization: `Bearer ${token}` } });
    await running.control('DELETE', 'faults');
    const [refused, created] = read(answer);
    expect([answer.status, alone.status, refused?.status, created?.status]).toEqual([200, 200, 429, 204]);
    expect([refused?.headers['retry-after'], codeOf(refused?.body ?? '')]).toEqual(['3', '0x80072322']);
  });

  test('stop at the first failure, which makes the whole answer 400', async () => {
    const answer = await send(batch(post(good), post(bad), post(good)));
    expect(answer.status).toBe(400);
    const parts = read(answer);
    expect(parts.map((part) => part.status)).toEqual([204, 400]);
    expect(parts[1]?.headers['req_id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(codeOf(parts[1]?.body ?? '')).toBe('0x80044331');
    expect(await count()).toBe(1);
  });

  test('go on after a failure when the caller prefers that', async () => {
    const answer = await send(batch(post(good), post(bad), post(good)), {
      prefer: 'odata.continue-on-error',
    });
    expect(answer.status).toBe(200);
    expect(read(answer).map((part) => part.status)).toEqual([204, 400, 204]);
    expect(await count()).toBe(2);
  });

  test('may have absolute and relative addresses, and their own preferences', async () => {
    const lines = [
      operation(
        `POST https://${host}${API}/leads HTTP/1.1\r\nContent-Type: application/json\r\nPrefer: return=representation\r\n\r\n{"lastname":"Zoë"}`,
      ),
      operation(
        `GET leads?$filter=lastname eq 'Zoë'&$select=lastname HTTP/1.1\r\n\r\n`.replaceAll(
          ' eq ',
          '%20eq%20',
        ),
      ),
    ];
    const parts = read(await send(batch(...lines)));
    expect(parts.map((part) => part.status)).toEqual([201, 200]);
    expect(JSON.parse(parts[0]?.body ?? '')).toMatchObject({ lastname: 'Zoë' });
    expect(JSON.parse(parts[1]?.body ?? '')).toMatchObject({ value: [{ lastname: 'Zoë' }] });
  });
});

describe('a change set', () => {
  const id = (n: number): string[] => [`Content-ID: ${n}`];

  test('answers each operation with its Content-ID', async () => {
    const answer = await send(batch(changeSet(post(good, id(1)), post(good, id(2)))));
    expect([answer.status, read(answer).map((part) => [part.status, part.contentId])]).toEqual([
      200,
      [
        [204, '1'],
        [204, '2'],
      ],
    ]);
    expect(answer.text).toContain('Content-Type: multipart/mixed; boundary=changesetresponse_');
  });

  test('leaves nothing behind when one operation fails, deletes and changes included', async () => {
    const before = new URL(
      String(
        (
          await running.send(`${API}/leads`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}` },
            body: good,
          })
        ).headers['odata-entityid'],
      ),
    ).pathname;
    const answer = await send(
      batch(
        changeSet(
          operation(
            `PATCH ${before} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"lastname":"Changed"}`,
            id(1),
          ),
          post(good, id(2)),
          operation(`DELETE ${before} HTTP/1.1\r\n\r\n`, id(3)),
          post(bad, id(4)),
        ),
      ),
    );
    expect(answer.status).toBe(400);
    expect(read(answer).map((part) => part.status)).toEqual([400]);
    const leads = (await running.control('GET', `organizations/${host}/leads`)).body()['leads'] as object[];
    expect(leads).toEqual([expect.objectContaining({ lastname: 'Good' })]);
  });

  test('lets later operations refer to records of earlier ones', async () => {
    const rename = operation(
      'PATCH $1 HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"jobtitle":"CFO"}',
      id(2),
    );
    expect((await send(batch(changeSet(post(good, id(1)), rename)))).status).toBe(200);
    const leads = (await running.control('GET', `organizations/${host}/leads`)).body()['leads'];
    expect(leads).toEqual([expect.objectContaining({ lastname: 'Good', jobtitle: 'CFO' })]);
    const forward = await send(batch(changeSet(rename, post(good, id(1)))));
    expect([forward.status, forward.text]).toEqual([
      400,
      expect.stringContaining("Content-ID Reference: '$1' does not exist in the batch context."),
    ]);
  });
});

describe('what is malformed', () => {
  test.each([
    ['another content type', batch(post(good)), { 'content-type': 'application/json' }, 415],
    ['no boundary in the header', batch(post(good)), { 'content-type': 'multipart/mixed' }, 415],
    ['another boundary in the body', batch(post(good)).replaceAll('batch_1', 'batch_2'), {}, 400],
    ['a body that is cut short', batch(post(good)).slice(0, -20), {}, 400],
    ['an empty body', '', {}, 400],
    ['lines that end in LF', batch(post(good)).replaceAll('\r\n', '\n'), {}, 400],
    ['a part without a request line', batch(operation('hello')), {}, 400],
    ['a part of another type', batch('Content-Type: text/plain\r\n\r\nx'), {}, 400],
    ['a batch in a batch', batch(operation(`POST ${API}/$batch HTTP/1.1\r\n\r\n`)), {}, 400],
    [
      'a GET in a change set',
      batch(changeSet(operation(`GET ${API}/leads HTTP/1.1\r\n\r\n`, ['Content-ID: 1']))),
      {},
      400,
    ],
    ['a change set without Content-ID', batch(changeSet(post(good))), {}, 400],
    ['1,001 operations', batch(...Array.from({ length: 1001 }, () => post(good))), {}, 400],
    [
      'an address over 64 KiB',
      batch(operation(`GET ${API}/leads?$filter=${'x'.repeat(66_000)} HTTP/1.1\r\n\r\n`)),
      {},
      400,
    ],
  ])('%s is refused as a whole', async (_case, body, headers, status) => {
    const answer = await send(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body()).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
    expect(await count()).toBe(0);
  });

  test('1,000 operations are taken', async () => {
    const answer = await send(batch(...Array.from({ length: 1000 }, () => post(good))));
    expect(answer.status).toBe(200);
    expect(await count()).toBe(1000);
  });
});
