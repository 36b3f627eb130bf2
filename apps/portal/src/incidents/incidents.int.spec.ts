import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { alertOf, topics } from '@leads/contracts';
import { Incidents, type IncidentView } from '@leads/contracts/portal-api';
import { addToOutbox } from '@leads/database';
import { type Browser, contoso, directories, eventually, people } from '@leads/testing';
import { type RunningPortal, startPortal } from '../testing/running-portal.ts';

let portal: RunningPortal;
let owner: Browser;
let foreign: Browser;
let reader: Browser;
let operator: Browser;
beforeAll(async () => {
  portal = await startPortal();
  owner = await portal.signedIn(people.owner);
  reader = await portal.signedIn(people.reader);
  foreign = await portal.signedIn(people.newOwner);
  operator = await portal.signedIn(people.operator);
}, 120_000);
afterAll(() => portal.close());

async function incidents(browser: Browser): Promise<IncidentView[]> {
  const { body } = await browser.ask('GET', '/api/incidents');
  return Incidents.parse(body).incidents;
}

test('incidents are seen and acted on by those of their publisher, and by nobody else', async () => {
  for (const [directory_id, id, name] of [
    [directories.contoso, 'contoso', 'Contoso'],
    [directories.fabrikam, 'fabrikam', 'Fabrikam'],
  ] as const) {
    await portal.database.insertInto('publishers').values({ id, name, directory_id }).execute();
  }
  const { body } = await owner.ask('POST', '/api/connections', {
    body: { ...contoso, publisher: undefined },
  });
  const { connectionId } = body as { connectionId: string };
  const alert = alertOf({
    ...{
      alertId: randomUUID(),
      connectionId,
      at: new Date(),
      trouble: 'leads-refused',
      transition: 'triggered',
    },
    ...{ cause: 'plug-in', what: 'Leads are refused by a rule.', remedy: 'Look at the rule.', dead: 3 },
  });
  await addToOutbox(portal.database, topics.alerts, [alert]);
  await eventually(
    async () =>
      expect(await incidents(owner)).toMatchObject([
        { connectionIds: [connectionId], dead: 3, leads: { waiting: 0, dead: 0 } },
      ]),
    { timeoutMs: 40_000 },
  );
  const [{ incidentId } = { incidentId: '' }] = await incidents(reader);
  expect(await incidents(operator)).toHaveLength(1);
  expect(await incidents(foreign)).toEqual([]);

  const path = `/api/incidents/${incidentId}`;
  expect((await foreign.ask('GET', path)).status).toBe(404);
  expect((await foreign.ask('POST', `${path}/resolve`)).status).toBe(404);
  expect((await reader.ask('POST', `${path}/acknowledge`)).status).toBe(403);
  expect(await owner.ask('POST', `${path}/acknowledge`)).toMatchObject({
    status: 200,
    body: { state: 'acknowledged', acknowledgedBy: people.owner },
  });
  expect(await owner.ask('POST', `${path}/resolve`)).toMatchObject({
    status: 200,
    body: {
      state: 'resolved',
      timeline: [
        { transition: 'opened', state: 'open', by: 'itself' },
        { transition: 'acknowledged', by: people.owner },
        { state: 'resolved', by: people.owner },
      ],
    },
  });
  expect((await owner.ask('POST', `${path}/resolve`)).status).toBe(409);
}, 120_000);
