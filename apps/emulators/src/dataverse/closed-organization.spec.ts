/** Organizations that let nobody in, or not this one, and users whose roles come through teams. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { errorOf, startContoso, type Contoso } from '../testing/contoso.ts';
import type { Answer } from '../testing/running.ts';
import { LEAD_WRITER_ROLE, LEAD_WRITER_SOLUTION, leadWriterRole } from './organization-settings.ts';

const { host, clientId } = CONTOSO;

let contoso: Contoso;
beforeAll(async () => {
  contoso = await startContoso();
});
afterAll(() => contoso.running.close());
beforeEach(() => contoso.reset());

const patch = (changes: object): Promise<Answer> =>
  contoso.running.control('PATCH', `organizations/${host}`, changes);
const create = (): Promise<Answer> =>
  contoso.call('POST', 'leads', { body: { lastname: 'Doe' }, as: 'writer' });
const refusal = async (): Promise<unknown[]> => {
  const answer = await create();
  return [answer.status, errorOf(answer).code];
};

describe('an organization', () => {
  test.each([400, 403, 404, 503])('that is disabled says so with %i', async (disabledStatus) => {
    await patch({ disabled: true, disabledStatus });
    expect(await refusal()).toEqual([disabledStatus, '0x8004a104']);
    await patch({ disabled: false });
    expect((await create()).status).toBe(204);
  });

  test.each([400, 403, 404, 503])(
    'in administration mode says so with %i, and lets administrators in',
    async (administrationModeStatus) => {
      await patch({ administrationMode: true, administrationModeStatus });
      expect(await refusal()).toEqual([administrationModeStatus, '0x80040276']);
      expect((await contoso.call('GET', 'WhoAmI')).status).toBe(200);
    },
  );

  test('behind an IP firewall names the address', async () => {
    await patch({ blockedAddress: '203.0.113.9' });
    const answer = await create();
    expect(answer.status).toBe(403);
    expect(errorOf(answer).message).toMatch(/^Access .* 203\.0\.113\.9 is blocked/);
  });

  test.each([
    ['CreateMultiple', { createMultiple: false }, 'leads/Microsoft.Dynamics.CRM.CreateMultiple'],
    ['batches', { batch: false }, '$batch'],
  ])('that takes no %s says that there is no such thing', async (_what, switches, path) => {
    await patch({ switches });
    const answer = await contoso.call('POST', path, { body: { Targets: [] } });
    expect([answer.status, errorOf(answer)]).toEqual([
      404,
      {
        code: '0x80060888',
        message: `Resource not found for the segment '${path.replace('leads/', '')}'.`,
      },
    ]);
  });

  test('limits an application, whichever of its tokens it shows', async () => {
    await patch({ limits: { requests: 2, windowSeconds: 10 } });
    const other = await contoso.running.token();
    const statuses = [(await create()).status, (await create()).status];
    const answer = await contoso.running.send('/api/data/v9.2/WhoAmI', {
      headers: { authorization: `Bearer ${other}` },
    });
    expect([...statuses, answer.status]).toEqual([204, 204, 429]);
  });
});

describe('a role that is held through a team', () => {
  const team = { name: 'Lead writers', roles: [LEAD_WRITER_ROLE], members: [clientId] };
  const self = async (path: string): Promise<Answer> => {
    const who = await contoso.call('GET', 'WhoAmI', { as: 'writer' });
    return contoso.call('GET', `systemusers(${String(who.body()['UserId'])})/${path}`);
  };
  beforeEach(() => patch({ applicationUsers: [{ applicationId: clientId, roles: [] }], teams: [team] }));

  test('is enough, and is not among the roles that are assigned directly', async () => {
    expect((await create()).status).toBe(204);
    await patch({
      applicationUsers: [
        { applicationId: clientId, roles: [] },
        { applicationId: '31313131-aaaa-4bbb-8662-1234df56788f', roles: ['System Administrator'] },
      ],
    });
    expect((await self('systemuserroles_association?$select=name')).body()['value']).toEqual([]);
    expect((await self('teammembership_association?$select=name')).body()['value']).toEqual([
      expect.objectContaining({ name: 'Lead writers' }),
    ]);
    const privileges = (await self('Microsoft.Dynamics.CRM.RetrieveUserPrivileges')).body();
    expect(privileges['RolePrivileges']).toEqual(
      expect.arrayContaining([expect.objectContaining({ PrivilegeName: 'prvCreateLead', Depth: 'Basic' })]),
    );
  });

  test('grants nothing at user depth where it is for team privileges only', async () => {
    await patch({ roles: [{ ...leadWriterRole(LEAD_WRITER_SOLUTION), teamPrivilegesOnly: true }] });
    expect(await refusal()).toEqual([403, '0x80040220']);
  });

  test('is gone with the membership', async () => {
    await patch({ teams: [{ ...team, members: [] }] });
    expect(await refusal()).toEqual([403, '0x80042f09']);
  });
});
