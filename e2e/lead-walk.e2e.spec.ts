import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contoso, contosoHost, eventually } from '@leads/testing';
import { startTestStack, type TestStack, untilAccepted } from '@leads/tools';
import { leadNumber, post } from './marketplace.ts';

describe.each(['plain', 'production'] as const)('under the profile %s, a posted lead', (profile) => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack({ profile });
  }, 240_000);
  afterAll(() => stack.stop(), 60_000);

  test('becomes one record in Dynamics, under the id the sender was told, and one mail to each contact', async () => {
    const leadId = await post(stack.connection.leadAddress, leadNumber(1));
    const [mail, ...others] = await eventually(
      async () => {
        const mails = (await stack.emulators.control.mails()).filter(
          (one) => one.headers['x-lead-id'] === leadId,
        );
        expect(mails).toHaveLength(2);
        return mails;
      },
      { timeoutMs: 30_000 },
    );
    const recipients = [mail, ...others].map((one) => one?.to.join()).sort();
    expect(recipients).toEqual(['marketing@contoso.example', 'sales@contoso.example']);
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

  test('for an offer that is not published is held, and written once it is', async () => {
    const { url, apiKey } = stack.credentialsApi;
    const ask = async (path: string, body: unknown = {}): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${url}/api/connections${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'x-actor': 'e2e' },
        body: JSON.stringify(body),
      });
      expect(answer.ok).toBe(true);
      return (await answer.json()) as Record<string, unknown>;
    };
    const offer = { id: 'contoso-draft', title: 'Contoso Draft' };
    const { connectionId, leadAddress } = await ask('', { ...contoso, offer });
    const address = String(leadAddress);
    stack.know('the lead address of the draft', address.split('/').at(-1) ?? '');
    await untilAccepted(address);
    const held = await post(address, leadNumber(3));
    expect(held).toBeDefined();
    const written = await post(stack.connection.leadAddress, leadNumber(4));
    const ids = async (): Promise<unknown[]> =>
      (await stack.emulators.control.leads(contosoHost)).map((record) => record['leadid']);
    await eventually(async () => expect(await ids()).toContain(written), { timeoutMs: 30_000 });
    expect(await ids()).not.toContain(held);
    await ask(`/${String(connectionId)}/publish`);
    await eventually(async () => expect((await ids()).filter((id) => id === held)).toHaveLength(1), {
      timeoutMs: 30_000,
    });
  });
});
