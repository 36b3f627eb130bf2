import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { CONNECTION_DELETED, type Incident, topics } from '@leads/contracts';
import { eventually, type ServiceProcess, startServiceProcess } from '@leads/testing';
import { APP, startSurroundings, type Surroundings } from './testing/surroundings.ts';
import { connectionWith, deadLead, incidentOf } from './testing/written-leads.ts';

const [ANN, BOB] = ['ann@contoso.com', 'bob@contoso.com'];
const TITLE = 'Leads for Contoso Analytics wait: the connection does not work';

let surroundings: Surroundings;
let notification: ServiceProcess;
let connectionId: string;

beforeAll(async () => {
  surroundings = await startSurroundings();
  notification = await startServiceProcess(APP, surroundings.settingsFor(surroundings.smtpPort));
}, 60_000);
afterAll(async () => {
  await notification?.end('SIGTERM');
  await surroundings.end();
}, 30_000);
beforeEach(() => {
  connectionId = randomUUID();
});

const publish = (...incidents: Incident[]) => surroundings.publisher.publish(topics.incidents, incidents);
const connect = (contacts: string[], id = connectionId, title?: string) =>
  surroundings.publisher.publish(topics.connections, [connectionWith(id, contacts, 1, title)]);

/** What has come about an incident: to whom, and with which subject. */
function received({ incidentId }: Incident): string[] {
  return surroundings.receiver.mails
    .filter(({ headers }) => headers['x-incident-id'] === incidentId)
    .map(({ recipients, headers }) => `${recipients.join()}: ${headers['subject'] ?? ''}`)
    .sort();
}

const untilReceived = (incident: Incident, mails: string[]) =>
  eventually(() => expect(received(incident)).toEqual(mails), { timeoutMs: 40_000 });

/** Waits until everything that was told so far has become mails or has not. */
const untilTold = () =>
  eventually(
    async () => {
      const { database } = surroundings;
      expect(await database.selectFrom('incident_news').select('version').execute()).toEqual([]);
      const due = database.selectFrom('mails').select('about_id').where('state', '=', 'due');
      expect(await due.execute()).toEqual([]);
    },
    { timeoutMs: 40_000 },
  );

test('an incident waits for its connection, and is one mail to each contact however often it comes', async () => {
  const incident = incidentOf([connectionId]);
  await publish(incident, incident);
  await eventually(async () => {
    const news = surroundings.database.selectFrom('incident_news').select('transition');
    expect(await news.execute()).toEqual([{ transition: 'opened' }]);
  });
  await connect([ANN, BOB]);
  await untilReceived(incident, [`${ANN}: ${TITLE}`, `${BOB}: ${TITLE}`]);

  const resolved: Incident = { ...incident, version: 2, transition: 'resolved', state: 'resolved' };
  await publish(incident, resolved, resolved);
  const over = 'Leads for Contoso Analytics are written again';
  const all = [`${ANN}: ${over}`, `${ANN}: ${TITLE}`, `${BOB}: ${over}`, `${BOB}: ${TITLE}`];
  await untilReceived(incident, all);
  await publish(incident, resolved);
  await untilTold();
  expect(received(incident)).toEqual(all);
}, 120_000);

test('a cause that many connections share is one mail, which names all offers of its contact and no other', async () => {
  const other = randomUUID();
  await connect([ANN, BOB]);
  await connect([ANN], other, 'Contoso Forecast');
  const shared = { place: { scope: 'application', id: 'a/b' } } as const;
  const first = incidentOf([connectionId], shared);
  await publish(first, { ...first, version: 2, transition: 'changed', connectionIds: [connectionId, other] });
  await untilReceived(first, [
    `${ANN}: Leads for Contoso Analytics and Contoso Forecast wait: the connection does not work`,
    `${BOB}: ${TITLE}`,
  ]);
}, 120_000);

test('who joins later is told, who knows is not told again, and a reminder is told each time', async () => {
  const other = randomUUID();
  await connect([ANN]);
  await connect([ANN, BOB], other, 'Contoso Forecast');
  const incident = incidentOf([connectionId]);
  await publish(incident);
  await untilReceived(incident, [`${ANN}: ${TITLE}`]);
  const both = { ...incident, connectionIds: [connectionId, other] };
  await publish({ ...both, version: 2, transition: 'changed' });
  const joined = `${BOB}: Leads for Contoso Forecast wait: the connection does not work`;
  await untilReceived(incident, [`${ANN}: ${TITLE}`, joined]);
  await publish({ ...incident, version: 3, transition: 'reminded' });
  await publish({ ...incident, version: 4, transition: 'reminded' });
  await untilReceived(incident, [
    `${ANN}: ${TITLE}`,
    `${ANN}: Reminder: ${TITLE}`,
    `${ANN}: Reminder: ${TITLE}`,
    joined,
  ]);
}, 120_000);

test('a mail about refused leads names the customers of its contact’s offers whose leads are dead now, and no others', async () => {
  const other = randomUUID();
  await connect([ANN]);
  await connect([BOB], other, 'Contoso Forecast');
  const cause = 'refused-0x80040265';
  const of = (firstName: string, lastName: string, id = connectionId, why = cause) =>
    deadLead(id, { firstName, lastName, company: 'Adatum' }, why);
  const replayed = of('Rita', 'Replayed');
  const many = Array.from({ length: 11 }, (_, index) => ({
    ...of('Ana', `Number${index}`),
    at: `2026-11-22T20:15:${10 + index}.000Z`,
  }));
  const tested = { ...of('Tess', 'Test'), isTest: true };
  await surroundings.publisher.publish(topics.leadsOutcomes, [
    ...many,
    replayed,
    tested,
    of('Olga', 'Other', other),
    of('Caleb', 'Cause', connectionId, 'another'),
    of('Dora', 'Deleted', connectionId, CONNECTION_DELETED),
  ]);
  const again = { ...replayed, outcome: 'deferred', nextAttemptAt: replayed.at } as const;
  await surroundings.publisher.publish(topics.leadsOutcomes, [again]);
  await eventually(
    async () => {
      const rows = surroundings.database.selectFrom('refused_customers').select('name');
      const names = (await rows.execute()).map(({ name }) => name);
      expect(names).toHaveLength(13);
      expect(names).not.toContain('Rita Replayed');
    },
    { timeoutMs: 40_000 },
  );

  const incident = incidentOf([connectionId, other], { kind: 'leads-refused', cause, dead: 1 });
  await publish(incident);
  await untilTold();
  const sources = await eventually(
    () => {
      const mails = surroundings.receiver.sources.filter((source) => source.includes(incident.incidentId));
      expect(mails).toHaveLength(2);
      return mails;
    },
    { timeoutMs: 40_000 },
  );
  const textTo = (contact: string) =>
    (sources.find((source) => source.includes(`To: ${contact}`)) ?? '').replace(/=\r\n/g, '');
  expect(textTo(ANN)).toContain('Ana Number10, Adatum; Ana Number9, Adatum;');
  expect(textTo(ANN)).toMatch(/Ana Number1, Adatum; and 1 more/);
  expect(textTo(ANN)).not.toMatch(/Number0,|Olga|Caleb|Rita|Tess/);
  expect(textTo(BOB)).toContain('Olga Other, Adatum');
  expect(textTo(BOB)).not.toContain('Ana');
  const topic = surroundings.database.selectFrom('mails').select('event').where('kind', '=', 'incident');
  for (const { event } of await topic.execute()) expect(event).not.toMatch(/Number|Olga/);
}, 120_000);

test('what is over before anybody was told, or is of no connection, is told to nobody', async () => {
  await connect([ANN]);
  const incident = incidentOf([connectionId], {
    place: { scope: 'organization', id: 'https://contoso.example' },
  });
  const nobodys = incidentOf([], { publisherIds: [] });
  const over = { state: 'resolved' } as const;
  await publish(incident, { ...incident, ...over, version: 2, transition: 'changed' }, nobodys);
  await publish({ ...incident, ...over, version: 3, transition: 'resolved' });
  const marker = incidentOf([connectionId]);
  await publish(marker);
  await untilReceived(marker, [`${ANN}: ${TITLE}`]);
  await untilTold();
  expect([...received(incident), ...received(nobodys)]).toEqual([]);
}, 120_000);
