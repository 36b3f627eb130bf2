import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contosoHost, eventually } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import { leadNumber, post } from './marketplace.ts';

describe.each(['plain', 'production'] as const)('under the profile %s, a posted lead', (profile) => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack({ profile });
  }, 240_000);
  afterAll(() => stack.stop(), 60_000);

  test('becomes one record in Dynamics, under the id the sender was told, and one mail to all contacts', async () => {
    const leadId = await post(stack.connection.leadAddress, leadNumber(1));
    const mail = await eventually(
      async () => {
        const mails = (await stack.emulators.control.mails()).filter(
          (one) => one.headers['x-lead-id'] === leadId,
        );
        expect(mails).toHaveLength(1);
        return mails[0];
      },
      { timeoutMs: 30_000 },
    );
    expect([...(mail?.to ?? [])].sort()).toEqual(['marketing@contoso.example', 'sales@contoso.example']);
    expect(mail?.text).toContain(`/org/${contosoHost}/main.aspx?etn=lead&id=${leadId}&pagetype=entityrecord`);
    expect(await stack.emulators.control.leads(contosoHost)).toEqual([
      expect.objectContaining({ leadid: leadId, lastname: 'Trujillo 1', subject: 'Contoso Analytics' }),
    ]);
  });

  test('posted again at once is the same lead', async () => {
    const first = await post(stack.connection.leadAddress, leadNumber(2));
    const again = await post(stack.connection.leadAddress, leadNumber(2));
    expect(again).toBe(first);
    await eventually(async () => {
      const records = await stack.emulators.control.leads(contosoHost);
      expect(records.filter((record) => record['lastname'] === 'Trujillo 2')).toHaveLength(1);
    });
  });
});
