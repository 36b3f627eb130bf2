import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { CONTOSO } from './seed.ts';
import { startForTest, type Answer, type Running } from './testing/running.ts';
import { sendMail } from './testing/send-mail.ts';

// Keys are made and much is sent: patience on a busy machine.
jest.setTimeout(30_000);

const LEADS = '/api/data/v9.2/leads';
const ID = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e01';

let running: Running;
let bearer: { authorization: string };
beforeAll(async () => {
  running = await startForTest();
  bearer = { authorization: `Bearer ${await running.token()}` };
});
afterAll(() => running.close());

const create = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  running.send(LEADS, { method: 'POST', headers: { ...bearer, ...headers }, body });

describe('a lead through the front door', () => {
  test('is created under the id the caller chose, and a second time answers duplicate key', async () => {
    const first = await create({ leadid: ID, subject: 'Contoso Analytics', lastname: 'Doe' });
    expect([first.status, first.text]).toEqual([204, '']);
    expect(first.headers['odata-entityid']).toBe(`https://${CONTOSO.host}${LEADS}(${ID})`);

    const second = await create({ leadid: ID, subject: 'again', lastname: 'Doe' });
    expect(second.status).toBe(412);
    expect(second.body()).toMatchObject({ error: { code: '0x80040237' } });

    const read = await running.send(`${LEADS}(${ID})?$select=subject`, { headers: bearer });
    expect(read.status).toBe(200);
    expect(read.body()).toMatchObject({ subject: 'Contoso Analytics', leadid: ID });
  });

  test('comes back with 201 and no entity address when the caller prefers the representation', async () => {
    const answer = await create({ subject: 'R', lastname: 'Roe' }, { prefer: 'return=representation' });
    expect(answer.status).toBe(201);
    expect(answer.headers['preference-applied']).toBe('return=representation');
    expect(answer.headers['odata-entityid']).toBeUndefined();
    expect(answer.body()).toMatchObject({ subject: 'R', fullname: 'Roe', statecode: 0 });
  });

  test('is read back through the control API and by path for a browser', async () => {
    const leads = (await running.control('GET', `organizations/${CONTOSO.host}/leads`)).body()['leads'];
    expect(leads).toEqual(expect.arrayContaining([expect.objectContaining({ leadid: ID, lastname: 'Doe' })]));
    const form = await running.send(
      `/org/${CONTOSO.host}/main.aspx?etn=lead&id=${ID}&pagetype=entityrecord`,
      {
        host: `127.0.0.1:${running.httpPort}`,
      },
    );
    expect(form.status).toBe(200);
    expect(form.text).toContain('Contoso Analytics');
  });
});

describe('the token check', () => {
  test('challenges a caller without a token, naming the tenant', async () => {
    const answer = await running.send('/api/data/v9.2/WhoAmI');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer authorization_uri=https://login.microsoftonline.com/${CONTOSO.tenantId}/oauth2/authorize, resource_id=https://${CONTOSO.host}/`,
    );
  });

  test('refuses a token whose signature was touched', async () => {
    const token = bearer.authorization;
    const answer = await running.send('/api/data/v9.2/WhoAmI', {
      headers: { authorization: `${token.slice(0, -6)}${token.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA'}` },
    });
    expect(answer.status).toBe(401);
  });

  test('tells a caller with a good token who they are', async () => {
    const answer = await running.send('/api/data/v9.2/WhoAmI', { headers: bearer });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body())).toEqual([
      '@odata.context',
      'BusinessUnitId',
      'UserId',
      'OrganizationId',
    ]);
  });
});

describe('faults', () => {
  test('a reset after the commit leaves the lead in place and the caller without an answer', async () => {
    const id = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e02';
    await running.control('POST', 'faults', {
      host: CONTOSO.host,
      match: { method: 'POST', path: LEADS },
      kind: 'reset-after-commit',
      times: 1,
    });
    await expect(create({ leadid: id, subject: 's', lastname: 'l' })).rejects.toThrow();
    expect((await create({ leadid: id, subject: 's', lastname: 'l' })).status).toBe(412);
  });

  test('a reset before the commit leaves nothing behind', async () => {
    const id = '0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e03';
    await running.control('POST', 'faults', { host: CONTOSO.host, kind: 'reset-before-commit', times: 1 });
    await expect(create({ leadid: id, subject: 's', lastname: 'l' })).rejects.toThrow();
    expect((await create({ leadid: id, subject: 's', lastname: 'l' })).status).toBe(204);
  });

  test('a status fault answers as told, as often as told, and what arrived can be read back', async () => {
    await running.control('POST', 'faults', {
      host: CONTOSO.host,
      match: { method: 'POST' },
      kind: 'status',
      status: 502,
      body: '<html>Bad Gateway</html>',
      times: 2,
    });
    const answers = [
      await create({ lastname: 'a' }),
      await create({ lastname: 'b' }),
      await create({ lastname: 'c' }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([502, 502, 204]);
    expect(answers[0]?.headers['content-type']).toContain('text/html');
    const seen = (await running.control('GET', `requests?host=${CONTOSO.host}`)).body()[
      'requests'
    ] as object[];
    expect(seen.slice(-3)).toEqual([
      expect.objectContaining({ status: 502, fault: 'status', body: '{"lastname":"a"}' }),
      expect.objectContaining({ status: 502, fault: 'status' }),
      expect.objectContaining({ status: 204, fault: null, caller: CONTOSO.clientId }),
    ]);
    expect(JSON.stringify(seen)).not.toContain(bearer.authorization.slice(7));
  });
});

describe('the inbox', () => {
  test('takes a mail and gives it back by recipient, subject and header', async () => {
    await sendMail(
      running.smtpPort,
      ['sales@contoso.example'],
      [
        'Message-ID: <one@test>',
        'From: "Leads" <leads@publisher.example>',
        'To: sales@contoso.example',
        'Subject: New lead: =?utf-8?q?Zo=C3=AB?=',
        'X-Lead-Id: 42',
        '',
        'See https://contoso.crm4.dynamics.com/main.aspx?etn=lead&id=1',
      ],
    );
    const found = (await running.control('GET', 'mails?to=sales@&subject=zo%C3%AB&x-lead-id=42')).body()[
      'mails'
    ];
    expect(found).toEqual([
      expect.objectContaining({
        messageId: '<one@test>',
        to: ['sales@contoso.example'],
        subject: 'New lead: Zoë',
      }),
    ]);
    const page = await running.send('/mail', { host: 'localhost' });
    expect(page.text).toContain('New lead: Zoë');
    expect((await running.control('GET', 'mails?x-lead-id=43')).body()['mails']).toEqual([]);
  });
});

describe('memory', () => {
  const inFolder = async (run: (dataDir: string) => Promise<void>): Promise<void> => {
    const dataDir = await mkdtemp(join(tmpdir(), 'emulators-'));
    try {
      await run(dataDir);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  };
  const idOf = (n: number): string => ID.replace(/.$/, String(n));
  const leadsOf = async (emulators: Running): Promise<object[]> =>
    (await emulators.control('GET', `organizations/${CONTOSO.host}/leads`)).body()['leads'] as object[];

  test('with a data directory, a restart keeps leads, mails, settings and tokens', () =>
    inFolder(async (dataDir) => {
      const before = await startForTest(Date.now, dataDir);
      const headers = { authorization: `Bearer ${await before.token()}` };
      for (const n of [1, 2])
        await before.send(LEADS, {
          method: 'POST',
          headers,
          body: { lastname: `kept ${n}`, leadid: idOf(n) },
        });
      await sendMail(before.smtpPort, ['a@b.example'], ['Subject: kept', '', 'x']);
      await before.control('PATCH', `organizations/${CONTOSO.host}`, { friendlyName: 'Renamed' });
      await before.close();

      const after = await startForTest(Date.now, dataDir);
      expect(await leadsOf(after)).toEqual([
        expect.objectContaining({ lastname: 'kept 1' }),
        expect.objectContaining({ lastname: 'kept 2' }),
      ]);
      expect((await after.control('GET', 'mails')).body()['mails']).toHaveLength(1);
      expect((await after.control('GET', `organizations/${CONTOSO.host}`)).body()['friendlyName']).toBe(
        'Renamed',
      );
      expect((await after.send('/api/data/v9.2/WhoAmI', { headers })).status).toBe(200);
      await after.close();
    }));

  test('a restart keeps changes and deletions, forgets what was rolled back, and bears a line cut short', () =>
    inFolder(async (dataDir) => {
      const before = await startForTest(Date.now, dataDir);
      await before.control('PATCH', `organizations/${CONTOSO.host}`, {
        applicationUsers: [
          {
            applicationId: CONTOSO.clientId,
            roles: ['System Administrator', 'Microsoft Marketplace Lead Writer'],
          },
        ],
      });
      const headers = { authorization: `Bearer ${await before.token()}` };
      const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
        before.send(path, { method, headers, body });
      for (const n of [1, 2]) await call('POST', LEADS, { lastname: 'x', leadid: idOf(n) });
      await call('PATCH', `${LEADS}(${idOf(1)})`, { jobtitle: 'CFO', statecode: 2 });
      await call('DELETE', `${LEADS}(${idOf(2)})`);
      const type = { '@odata.type': 'Microsoft.Dynamics.CRM.lead' };
      const rows = [
        { ...type, leadid: idOf(3) },
        { ...type, lastname: 'x'.repeat(51) },
      ];
      expect(
        (await call('POST', `${LEADS}/Microsoft.Dynamics.CRM.CreateMultiple`, { Targets: rows })).status,
      ).toBe(400);
      await before.close();
      await appendFile(join(dataDir, 'journal.jsonl'), '{"k":"lead","host":"contoso.crm4');

      const after = await startForTest(Date.now, dataDir);
      const kept = expect.objectContaining({ leadid: idOf(1), jobtitle: 'CFO', statecode: 2, statuscode: 4 });
      expect(await leadsOf(after)).toEqual([kept]);
      await after.send(LEADS, { method: 'POST', headers, body: { leadid: idOf(4) } });
      await after.close();

      const again = await startForTest(Date.now, dataDir);
      expect(await leadsOf(again)).toEqual([kept, expect.objectContaining({ leadid: idOf(4) })]);
      await again.close();
    }));
});
