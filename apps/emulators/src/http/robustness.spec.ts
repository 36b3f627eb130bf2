/** Whatever comes over the wire, the process stays and the next request is answered. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { CONTOSO } from '../seed.ts';
import { startForTest, type Running } from '../testing/running.ts';

// Keys are made and much is sent: patience on a busy machine.
jest.setTimeout(30_000);

let running: Running;
let authorization: string;
beforeAll(async () => {
  running = await startForTest();
  authorization = `Bearer ${await running.token()}`;
});
afterAll(() => running.close());

/** Writes bytes to the port and gives what comes back until the connection ends. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(running.httpPort, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
    socket.end(text);
  });
const alive = async (): Promise<boolean> =>
  (await running.send('/health', { host: 'localhost' })).status === 200;

describe('the process', () => {
  test.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a broken header', 'GET / HTTP/1.1\r\nHost\r\n\r\n'],
    ['no Host header', 'GET /health HTTP/1.0\r\n\r\n'],
    [
      'a body that never comes',
      'POST /api/data/v9.2/leads HTTP/1.1\r\nHost: contoso.crm4.dynamics.com\r\nContent-Length: 9\r\n\r\n{',
    ],
    [
      'an absolute address',
      `GET http://${CONTOSO.host}/api/data/v9.2/WhoAmI HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    ],
    ['an address that is none', 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'an unknown organization',
      'GET /api/data/v9.2/WhoAmI HTTP/1.1\r\nHost: nobody.crm4.dynamics.com\r\nConnection: close\r\n\r\n',
    ],
    [
      'a broken percent sign',
      'GET /control/tenants/%E0%A4%A HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ],
  ])('survives %s', async (_case, text) => {
    await raw(text);
    expect(await alive()).toBe(true);
  });

  test('survives any request to any of its sites, and fails none of them itself', async () => {
    const host = fc.constantFrom(
      CONTOSO.host,
      'login.microsoftonline.com',
      'localhost',
      'nobody.crm.dynamics.com',
    );
    const start = fc.constantFrom(
      '/api/data/v9.2/',
      '/api/data/v9.2/leads',
      `/${CONTOSO.tenantId}/oauth2/v2.0/`,
      '/control/',
      '/',
      '/main.aspx',
      '/org/',
      '/mail/',
    );
    const word = fc.constantFrom(
      'leads(',
      ')',
      "'",
      '$batch',
      '?$filter=',
      'token',
      'authorize',
      'faults',
      'organizations/',
      '%',
      '/',
      'Microsoft.Dynamics.CRM.CreateMultiple',
      '__proto__',
      'toString',
    );
    const path = fc
      .tuple(start, fc.array(word, { maxLength: 4 }))
      .map(([first, rest]) => first + rest.join(''));
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constant('{"Targets":[null]}'),
      fc.constant('{"Targets":[{"@odata.type":1}]}'),
      fc.constant('null'),
    );
    const type = fc.constantFrom(
      'application/json',
      'multipart/mixed; boundary=b',
      'application/x-www-form-urlencoded',
    );
    const method = fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS', 'HEAD');
    await fc.assert(
      fc.asyncProperty(host, path, method, type, body, async (site, target, verb, contentType, text) => {
        const headers = { authorization, 'content-type': contentType };
        const answer = await running.send(target, {
          host: site,
          method: verb,
          headers,
          ...(verb === 'GET' || verb === 'HEAD' ? {} : { body: text }),
        });
        expect(answer.text).not.toContain('emulator itself failed');
      }),
      { numRuns: 400 },
    );
    expect(await alive()).toBe(true);
  }, 30_000);

  test('refuses control input that is wrong, with what is wrong', async () => {
    const answers = [
      await running.control('PUT', 'organizations/x.crm.dynamics.com', { tenantId: 'no guid' }),
      await running.control('POST', 'faults', { kind: 'explode' }),
      await running.control('POST', 'faults', { kind: 'status', match: { pattern: '(' } }),
      await running.control('PUT', 'tenants/x', '{'),
      await running.control('GET', 'nonsense'),
      await running.control('POST', 'mails'),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400, 400, 404, 405]);
    expect(answers[0]?.text).toContain('tenantId');
  });
});
