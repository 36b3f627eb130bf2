/** The set-up guide's rules: what is missing is refused with Dataverse's status, code and text. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { startForTest, type Answer, type Running } from '../testing/running.ts';
import { LEAD_WRITER_ROLE, LEAD_WRITER_SOLUTION, leadWriterRole } from './organization-settings.ts';

const { host, tenantId, clientId, productClientId, serviceAccount, password } = CONTOSO;
const LEADS = '/api/data/v9.2/leads';

let running: Running;
let token: string;
beforeAll(async () => {
  running = await startForTest();
  token = await running.token();
});
afterAll(() => running.close());

const create = (bearer = token): Promise<Answer> =>
  running.send(LEADS, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}` },
    body: { lastname: 'x' },
  });
const put = (settings: object): Promise<Answer> =>
  running.control('PUT', `organizations/${host}`, { tenantId, applicationUsers: [clientId], ...settings });
const without = (...privileges: string[]): object => {
  const role = leadWriterRole(LEAD_WRITER_SOLUTION);
  return {
    roles: [
      {
        ...role,
        privileges: Object.fromEntries(
          Object.entries(role.privileges).filter(([name]) => !privileges.includes(name)),
        ),
      },
    ],
  };
};
const shallow = (privilege: string): object => {
  const role = leadWriterRole(LEAD_WRITER_SOLUTION);
  return { roles: [{ ...role, privileges: { ...role.privileges, [privilege]: 'Basic' } }] };
};

describe('an application user', () => {
  test('set up as the guide says creates leads', async () => {
    await put({});
    expect((await create()).status).toBe(204);
  });

  test.each([
    [
      'does not exist',
      { applicationUsers: [] },
      '0x80072560',
      'The user is not a member of the organization.',
    ],
    [
      'is disabled',
      { applicationUsers: [{ applicationId: clientId, enabled: false }] },
      '0x80040225',
      'is disabled',
    ],
    [
      'has no role',
      { applicationUsers: [{ applicationId: clientId, roles: [] }] },
      '0x80042f09',
      'no roles are assigned to user',
    ],
    [
      'has another role',
      { applicationUsers: [{ applicationId: clientId, roles: ['System Administrator'] }] },
      '0x80040220',
      'is missing prvCreateLead privilege',
    ],
    [
      'has a role whose solution is not imported',
      { solutions: [] },
      '0x80042f09',
      'no roles are assigned to user',
    ],
    ['lacks the privilege itself', without('prvCreateLead'), '0x80040220', 'prvCreateLead'],
    [
      'lacks Create on User Entity UI Settings',
      without('prvCreateUserEntityUISettings'),
      '0x80040220',
      'prvCreateUserEntityUISettings',
    ],
    [
      'lacks Read on User Entity UI Settings',
      without('prvReadUserEntityUISettings'),
      '0x80040220',
      'prvReadUserEntityUISettings',
    ],
    [
      'lacks Write on User Entity UI Settings',
      without('prvWriteUserEntityUISettings'),
      '0x80040220',
      'prvWriteUserEntityUISettings',
    ],
    ['lacks Read on System Job', without('prvReadAsyncOperation'), '0x80040220', 'prvReadAsyncOperation'],
    [
      'lacks Append To on System Job',
      without('prvAppendToAsyncOperation'),
      '0x80040220',
      'prvAppendToAsyncOperation',
    ],
    [
      'has Write on System Job at user level only',
      shallow('prvWriteAsyncOperation'),
      '0x80040220',
      'prvWriteAsyncOperation',
    ],
    ['belongs to a blocked application', { blockedApplications: [clientId] }, '0x80095ffc', clientId],
    ['meets administration mode', { administrationMode: true }, '0x80040276', 'administration mode'],
  ])('that %s is refused', async (_case, settings, code, text) => {
    await put(settings);
    const answer = await create();
    expect(answer.status).toBe(403);
    const error = answer.body()['error'] as { code: string; message: string };
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
    expect((await running.control('GET', `organizations/${host}/leads/count`)).body()['count']).toBe(1);
  });

  test('passes without the hand-made grants where the organization does not ask for them', async () => {
    await put({ ...without('prvReadAsyncOperation'), switches: { handMadeGrantsRequired: false } });
    expect((await create()).status).toBe(204);
  });

  test('reads its own leads, not others’, and deletes none', async () => {
    const other = '41414141-aaaa-4bbb-8662-1234df56788f';
    await put({ applicationUsers: [clientId, other] });
    await running.control('PATCH', `tenants/${tenantId}`, {
      apps: [clientId, other, productClientId].map((id) => ({
        clientId: id,
        publicClient: true,
        secrets: [{ value: 's' }],
      })),
    });
    const address = String((await create()).headers['odata-entityid']);
    const path = new URL(address).pathname;
    const ask = async (method: string, id: string): Promise<number> => {
      const bearer = await running.token({ client_id: id, client_secret: 's' });
      return (await running.send(path, { method, headers: { authorization: `Bearer ${bearer}` } })).status;
    };
    expect(await ask('GET', clientId)).toBe(200);
    expect(await ask('GET', other)).toBe(403);
    expect(await ask('DELETE', clientId)).toBe(403);
    const bearer = await running.token({ client_id: other, client_secret: 's' });
    const list = await running.send(LEADS, { headers: { authorization: `Bearer ${bearer}` } });
    expect(list.body()['value']).toEqual([]);
  });
});

describe('an Office 365 user', () => {
  test('is held to the same rules', async () => {
    await put({ users: [{ username: serviceAccount, roles: [] }] });
    const form = {
      grant_type: 'password',
      client_id: productClientId,
      client_secret: 's',
      username: serviceAccount,
      password,
      scope: `https://${host}/.default`,
    };
    const bearer = await running.token(form);
    expect((await create(bearer)).status).toBe(403);
    await put({ users: [{ username: serviceAccount, roles: [LEAD_WRITER_ROLE] }] });
    expect((await create(bearer)).status).toBe(204);
  });
});

describe('a token', () => {
  test('for another organization of the tenant is not taken', async () => {
    await put({});
    await running.control('PUT', 'organizations/fabrikam.crm4.dynamics.com', {
      tenantId,
      applicationUsers: [clientId],
    });
    const bearer = await running.token({
      scope: 'https://fabrikam.crm4.dynamics.com/.default',
      client_secret: 's',
    });
    const answer = await create(bearer);
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('The audience is invalid'),
    ]);
  });

  test('opens the organization under its .api. name too', async () => {
    const answer = await running.send('/api/data/v9.2/WhoAmI', {
      host: 'contoso.api.crm4.dynamics.com',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
  });

  test('is void when the organization moves to another tenant', async () => {
    await running.control('PATCH', `organizations/${host}`, {
      tenantId: '99999999-8af1-4a5f-8234-12234d01db47',
    });
    expect((await create()).status).toBe(401);
  });
});
