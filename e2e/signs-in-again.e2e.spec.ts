/** What Entra ID refuses, and what is mended there: leads wait and flow again without a restart, and nobody is alarmed without need. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Alert, topics } from '@leads/contracts';
import { watchTopic } from '@leads/kafka/testing';
import { contoso, contosoHost, type Control, eventually } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import { leadNumber, post } from './marketplace.ts';

const { applicationId, directoryId } = contoso;
/** What the dialog saves when nothing was changed: without the secret. */
const unchanged: Record<string, unknown> = { ...contoso };
delete unchanged['clientSecret'];
const login = 'login.microsoftonline.com';

let stack: TestStack;
let control: Control;
let alerts: Awaited<ReturnType<typeof watchTopic<typeof topics.alerts>>>;
let posted = 0;

beforeAll(async () => {
  stack = await startTestStack();
  control = stack.emulators.control;
  alerts = await watchTopic(stack.kafkaAs('credentials'), topics.alerts);
}, 120_000);
afterAll(async () => {
  await alerts.close();
  await stack.stop();
}, 60_000);

const told = (): Alert[] => alerts.records.map(({ value }) => value);
const alarms = (): Alert[] => told().filter(({ transition }) => transition === 'triggered');
const postNext = async (): Promise<string> =>
  (await post(stack.connection.leadAddress, leadNumber((posted += 1)))) ?? 'not accepted';
const written = (leadId: string, timeoutMs: number): Promise<void> =>
  eventually(
    async () => {
      const records = await control.leads(contosoHost, ['leadid']);
      expect(records.map(({ leadid }) => leadid)).toContain(leadId);
    },
    { timeoutMs },
  );
/** From here on Entra ID refuses the application, and the tokens given so far are worth nothing. */
async function breakWith(number: number): Promise<void> {
  await control.changeApplication(directoryId, applicationId, { refusedWith: number });
  await control.revokeTokens(directoryId, applicationId);
}
/** Its contacts are told of it: the latest word is that it stands. */
const refused = (number: number): Promise<void> =>
  eventually(
    () => {
      const ofIt = told().filter(({ cause }) => cause === `AADSTS${number}`);
      expect(ofIt.at(-1)?.transition).toBe('triggered');
    },
    { timeoutMs: 20_000 },
  );
const mend = (): Promise<void> =>
  control.changeApplication(directoryId, applicationId, { refusedWith: null });

async function callApi(method: string, path: string, body?: object): Promise<Response> {
  const { url, apiKey } = stack.credentialsApi;
  const at = `${url}/api/connections/${stack.connection.connectionId}${path}`;
  const headers = { authorization: `Bearer ${apiKey}` };
  if (body === undefined) return fetch(at, { method, headers });
  const etag = (await fetch(at, { headers })).headers.get('etag') ?? '';
  return fetch(at, {
    method,
    headers: { ...headers, 'content-type': 'application/json', 'if-match': etag },
    body: JSON.stringify(body),
  });
}

test.each([700016, 90002, 50076, 65001, 500011, 7000112, 50057])(
  'AADSTS%i mended in the directory: a save without a change and leads flow',
  async (number) => {
    await breakWith(number);
    const leadId = await postNext();
    await refused(number);
    await mend();
    const saved = await callApi('PUT', '', unchanged);
    expect(saved.status).toBe(200);
    await written(leadId, 15_000);
  },
  60_000,
);

test('mended in the directory, and nobody does anything: the next probe finds it', async () => {
  await breakWith(65001);
  const leadId = await postNext();
  await refused(65001);
  await mend();
  await written(leadId, 75_000);
}, 120_000);

test('two revocations within five seconds: new tokens are asked for, and nobody is alarmed', async () => {
  await written(await postNext(), 30_000);
  const before = alarms();
  for (let revocations = 0; revocations < 2; revocations += 1) {
    await control.revokeTokens(directoryId, applicationId);
    await written(await postNext(), 15_000);
  }
  expect(alarms()).toEqual(before);
}, 90_000);

test('Entra ID busy for a while: leads go on within seconds once it answers, and nobody is alarmed', async () => {
  const before = alarms();
  await control.addFault({ host: login, kind: 'status', status: 503 });
  await control.revokeTokens(directoryId, applicationId);
  const leadId = await postNext();
  const asked = async (): Promise<number> => (await control.requests({ host: login })).length;
  const began = await asked();
  await eventually(async () => expect(await asked()).toBeGreaterThan(began + 5), { timeoutMs: 40_000 });
  await control.clearFaults(login);
  await written(leadId, 10_000);
  expect(alarms()).toEqual(before);
}, 90_000);
