/** An organization that answers everything with 503 for longer than is waited before anybody is told: told once, seen while it lasts, over once it answers. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Incidents, Offer } from '@leads/contracts/portal-api';
import { Browser, contosoHost, type Control, eventually, people } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import { leadNumber, post } from './marketplace.ts';

const CONTACTS = ['marketing@contoso.example', 'sales@contoso.example'];
const AWAY_SECONDS = 15;
const AWAY = 'Leads for Contoso Analytics wait: Dynamics 365 does not answer';
const BACK = 'Leads for Contoso Analytics are written again: Dynamics 365 answers';

let stack: TestStack;
let control: Control;
let alex: Browser;

beforeAll(async () => {
  // Outside of tests it is told after five minutes, and its end once it has been quiet for a quarter of an hour.
  stack = await startTestStack({
    serviceSettings: { DESTINATION_AWAY_SECONDS: String(AWAY_SECONDS), INCIDENT_QUIET_SECONDS: '5' },
  });
  control = stack.emulators.control;
  alex = await Browser.signedIn(stack.services.portal.url, people.owner);
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const offer = async (): Promise<Offer> =>
  Offer.parse((await alex.ask('GET', `/api/offers/${stack.connection.connectionId}`)).body);

/** Mails about incidents so far, as `recipient: subject`. */
async function told(): Promise<string[]> {
  const mails = (await control.mails()).filter(({ headers }) => 'x-incident-id' in headers);
  return mails.map(({ to, subject }) => `${to.join()}: ${subject}`).sort();
}
const toEach = (subject: string): string[] => CONTACTS.map((contact) => `${contact}: ${subject}`);

test('an organization that answers 503 for some time is one mail, an offer that is not healthy, and one mail at its end', async () => {
  const began = Date.now();
  const page = '<html><body>Service Unavailable</body></html>';
  await control.addFault({ host: contosoHost, kind: 'status', status: 503, body: page });
  const leads = [await post(stack.connection.leadAddress, leadNumber(1))];
  expect(leads[0]).toBeDefined();

  // It is told at the first attempt after that time, which is at most a minute later.
  await eventually(async () => expect((await offer()).health).toBe('failing'), { timeoutMs: 240_000 });
  expect(Date.now() - began).toBeGreaterThan(AWAY_SECONDS * 1_000);
  leads.push(await post(stack.connection.leadAddress, leadNumber(2)));
  await eventually(
    async () => {
      expect(await offer()).toMatchObject({
        problem: { kind: 'destination-away', leads: { waiting: 2, dead: 0 } },
      });
      expect(await told()).toEqual(toEach(AWAY));
    },
    { timeoutMs: 60_000 },
  );
  const [mail] = (await control.mails()).filter(({ subject }) => subject === AWAY);
  expect(mail?.text).toMatch(/^Leads that wait: +1$/m);
  expect(mail?.text).toMatch(/^Is anything lost: +No\./m);

  await control.clearFaults(contosoHost);
  await eventually(
    async () => {
      const records = await control.leads(contosoHost, ['leadid']);
      expect(records.map(({ leadid }) => leadid).sort()).toEqual([...leads].sort());
      expect((await offer()).health).toBe('healthy');
      expect(await told()).toEqual([...toEach(AWAY), ...toEach(BACK)].sort());
    },
    { timeoutMs: 180_000 },
  );
  const { incidents } = Incidents.parse((await alex.ask('GET', '/api/incidents')).body);
  expect(incidents).toMatchObject([{ kind: 'destination-away', cause: 'away', state: 'resolved' }]);
  expect(Date.parse(incidents[0]?.since ?? '')).toBeGreaterThanOrEqual(began);
}, 600_000);
