/** One cause that many offers share is one incident and one mail, whoever finds it out and how often. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Incident, topics } from '@leads/contracts';
import { watchTopic } from '@leads/kafka/testing';
import { contoso, type Control, eventually } from '@leads/testing';
import { publishConnection, startTestStack, type TestStack, untilAccepted } from '@leads/tools';
import { inParallel, leadNumber, post } from './marketplace.ts';

const OFFERS = 20;
/** A client secret past its last day. */
const EXPIRED = 7000222;

let stack: TestStack;
let control: Control;
let incidents: Awaited<ReturnType<typeof watchTopic<typeof topics.incidents>>>;

beforeAll(async () => {
  stack = await startTestStack();
  control = stack.emulators.control;
  incidents = await watchTopic(stack.kafkaAs('notification'), topics.incidents);
}, 120_000);
afterAll(async () => {
  await incidents.close();
  await stack.stop();
}, 60_000);

const told = (): Incident[] => incidents.values();

/** Subjects of the mails about incidents, by recipient. */
async function mailed(recipient: string): Promise<string[]> {
  const mails = (await control.mails()).filter(({ headers }) => 'x-incident-id' in headers);
  return mails.filter(({ to }) => to.includes(recipient)).map(({ subject }) => subject);
}

async function connect(number: number): Promise<string> {
  const title = `Contoso ${number}`;
  const details = {
    ...contoso,
    offer: { id: `contoso-${number}`, title },
    contactEmails: 'ann@contoso.example',
  };
  const { leadAddress } = await publishConnection(stack.credentialsApi, details);
  await untilAccepted(leadAddress);
  return leadAddress;
}

test('the secret of twenty offers expires: one incident, and one mail that names them all', async () => {
  const addresses = await Promise.all(Array.from({ length: OFFERS }, (_, index) => connect(index + 1)));
  const { directoryId, applicationId } = contoso;
  await control.changeApplication(directoryId, applicationId, { refusedWith: EXPIRED });
  await control.revokeTokens(directoryId, applicationId);
  await inParallel(addresses, 4, async (address) => {
    expect(await post(address, leadNumber(1))).toBeDefined();
  });
  await eventually(() => expect(told().at(-1)?.connectionIds).toHaveLength(OFFERS), { timeoutMs: 90_000 });
  await eventually(async () => expect(await mailed('ann@contoso.example')).toHaveLength(1), {
    timeoutMs: 60_000,
  });

  await control.changeApplication(directoryId, applicationId, { refusedWith: null });
  await eventually(() => expect(told().at(-1)?.state).toBe('resolved'), { timeoutMs: 120_000 });
  expect(new Set(told().map(({ incidentId }) => incidentId)).size).toBe(1);
  expect(told()[0]).toMatchObject({ kind: 'secret-expired', transition: 'opened' });
  expect(await mailed('ann@contoso.example')).toHaveLength(1);
}, 300_000);
