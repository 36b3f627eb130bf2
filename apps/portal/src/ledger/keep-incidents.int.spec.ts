import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ConnectionChanged, Incident, LeadAccepted } from '@leads/contracts';
import type { LeadDetail, Offer } from '@leads/contracts/portal-api';
import { sql } from 'kysely';
import { readLanes } from '../lanes/read-lanes.ts';
import { findLeads } from '../leads/find-leads.ts';
import { readLead } from '../leads/lead-detail.ts';
import { readOffers } from '../offers/read-offers.ts';
import { requestReplay } from '../replays/request-replay.ts';
import {
  acceptance,
  connection,
  incident,
  outcomeOf,
  received,
  startLedger,
  type TestLedger,
} from '../testing/ledger-events.ts';
import { summaryOf } from './lead-summary.ts';
import { RecordLinks } from './record-links.ts';

const links = new RecordLinks(undefined);
const REFUSED = { cause: 'rule:0x80040265', what: 'A rule refuses it.', remedy: 'Look at the rule.' };

let ledger: TestLedger;
let facts: ConnectionChanged;
beforeAll(async () => {
  ledger = await startLedger();
}, 60_000);
afterAll(() => ledger.end());
beforeEach(async () => {
  facts = connection();
  await ledger.keepLedger.connectionsChanged([received(facts)]);
});

const tell = (...incidents: Incident[]): Promise<void> =>
  ledger.keepLedger.incidentsMoved(incidents.map((one) => received(one)));

async function offer(): Promise<Offer> {
  const [found] = await readOffers(ledger.database, 'everybody', new Date(), facts.connectionId);
  if (!found) throw new Error('There is no such offer.');
  return found;
}

async function accept(some: Partial<LeadAccepted> = {}): Promise<LeadAccepted> {
  const lead = acceptance(facts.connectionId, some);
  await ledger.keepLedger.leadsAccepted([received(lead)]);
  return lead;
}

async function page({ leadId }: LeadAccepted): Promise<LeadDetail> {
  const found = await readLead(ledger.database, 'everybody', leadId, links);
  if (!found) throw new Error('There is no such lead.');
  return found;
}

async function hit({ incidentId }: Incident): Promise<string[]> {
  const found = await findLeads(ledger.database, 'everybody', { incidentId }, { limit: 100 });
  return found.rows.map((row) => row.lead_id).sort();
}

async function kept(): Promise<unknown> {
  const { rows } = await sql`
    select (select jsonb_agg(to_jsonb(incidents) order by incident_id) from incidents) as incidents,
           (select jsonb_agg(to_jsonb(told) order by incident_id, version) from incident_transitions as told) as told
  `.execute(ledger.database);
  return rows[0];
}

const secondsAgo = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

describe('an incident in the ledger', () => {
  test('is as its highest version says, whatever order transitions come in and however often', async () => {
    const opened = incident([facts.connectionId], { since: secondsAgo(60) });
    const taken: Incident = {
      ...opened,
      ...{ version: 2, transition: 'acknowledged', state: 'acknowledged', by: 'ann', acknowledgedBy: 'ann' },
    };
    const over: Incident = {
      ...{ ...taken, version: 3, transition: 'changed', by: 'itself' },
      ...{ state: 'resolved', resolvedAt: secondsAgo(10), waiting: 0 },
    };
    await tell(opened);
    await tell(taken, over);
    const right = await kept();
    await tell(over);
    await tell(taken, opened);
    expect(await kept()).toEqual(right);
    await sql`delete from incidents`.execute(ledger.database);
    await sql`delete from incident_transitions`.execute(ledger.database);
    for (const one of [over, opened, taken, over]) await tell(one);
    expect(await kept()).toEqual(right);
  });

  test('is told to those whose it is, with its offers; what is nobody’s is told to operators alone', async () => {
    await ledger.database.deleteFrom('changes').execute();
    const own = incident([facts.connectionId]);
    const nobodys = incident([], { kind: 'mail-trouble', publisherIds: [] });
    await tell(own, nobodys);
    const changes = await ledger.database
      .selectFrom('changes')
      .select(['publisher_id', 'event', 'data'])
      .execute();
    expect(changes).toEqual(
      expect.arrayContaining([
        { publisher_id: 'contoso', event: 'incident', data: { incidentId: own.incidentId } },
        { publisher_id: null, event: 'incident', data: { incidentId: nobodys.incidentId } },
        { publisher_id: 'contoso', event: 'offer', data: { connectionId: facts.connectionId } },
      ]),
    );
    await ledger.database.deleteFrom('changes').execute();
    await tell(own);
    expect(await ledger.database.selectFrom('changes').selectAll().execute()).toEqual([]);
  });

  test('says the worst of what is not resolved on its offer and its lane, and nothing once it is', async () => {
    const slight = incident([facts.connectionId], {
      ...{ kind: 'secret-expiring', cause: 'secret-expiring', what: 'It expires soon.' },
      since: secondsAgo(3_600),
    });
    await tell(slight);
    expect(await offer()).toMatchObject({
      health: 'warning',
      problem: { incidentId: slight.incidentId, what: 'It expires soon.', since: slight.since },
    });
    const grave = incident([facts.connectionId, randomUUID()]);
    await tell(grave);
    expect(await offer()).toMatchObject({ health: 'failing', problem: { incidentId: grave.incidentId } });
    const { lanes } = await readLanes(ledger.database, 'everybody');
    expect(lanes.find(({ connectionId }) => connectionId === facts.connectionId)).toMatchObject({
      incident: { incidentId: grave.incidentId, cause: grave.cause },
    });
    await tell({ ...grave, version: 2, state: 'acknowledged', transition: 'acknowledged' });
    expect((await offer()).health).toBe('failing');
    const over = { version: 3, state: 'resolved', transition: 'changed', resolvedAt: secondsAgo(0) } as const;
    await tell({ ...grave, ...over }, { ...slight, ...over });
    expect(await offer()).toMatchObject({ health: 'healthy' });
    expect(await offer()).not.toHaveProperty('problem');
  });
});

describe('the problem of an offer', () => {
  const hitNow = async () => {
    const { lanes } = await readLanes(ledger.database, 'everybody');
    const lane = lanes.find(({ connectionId }) => connectionId === facts.connectionId);
    const { kind, leads } = (await offer()).problem ?? {};
    expect(lane?.incident).toMatchObject({ kind, leads });
    return { kind, ...leads };
  };

  test('says its kind, and how many of its leads wait by now rather than when it began', async () => {
    const broken = incident([facts.connectionId, randomUUID()], { since: secondsAgo(60), waiting: 1 });
    await tell(broken);
    expect(await hitNow()).toEqual({ kind: 'connection-broken', waiting: 0, dead: 0 });
    const [lead] = [await accept(), await accept(), await accept({ isTest: true })];
    const other = connection();
    await ledger.keepLedger.connectionsChanged([received(other)]);
    await ledger.keepLedger.leadsAccepted([received(acceptance(other.connectionId))]);
    expect(await hitNow()).toEqual({ kind: 'connection-broken', waiting: 2, dead: 0 });
    await ledger.keepLedger.leadsSettled([received(outcomeOf(lead, { outcome: 'written' }, 500))]);
    expect(await hitNow()).toEqual({ kind: 'connection-broken', waiting: 1, dead: 0 });
  });

  test('counts the dead of leads that are refused', async () => {
    await tell(incident([facts.connectionId], { kind: 'leads-refused', cause: REFUSED.cause, dead: 1 }));
    const leads = [await accept(), await accept()];
    const dead = leads.map((lead) => received(outcomeOf(lead, { outcome: 'dead', reason: REFUSED }, 500)));
    await ledger.keepLedger.leadsSettled(dead);
    expect(await hitNow()).toEqual({ kind: 'leads-refused', waiting: 0, dead: 2 });
  });
});

describe('a lead whose connection is broken', () => {
  test('says why it waits as long as it does, and on its page for good', async () => {
    const broken = incident([facts.connectionId], { since: secondsAgo(120) });
    await tell(broken);
    const lead = await accept({ acceptedAt: secondsAgo(60) });
    const { rows } = await findLeads(
      ledger.database,
      'everybody',
      { connectionId: facts.connectionId },
      { limit: 1 },
    );
    expect(rows.map((row) => summaryOf(row, links).waitsFor)).toEqual([
      {
        ...{ incidentId: broken.incidentId, cause: broken.cause },
        ...{ what: broken.what, remedy: broken.remedy },
      },
    ]);
    expect(await hit(broken)).toEqual([lead.leadId]);
    const held = { kind: 'held', at: lead.acceptedAt, incidentId: broken.incidentId };
    const waiting = await page(lead);
    expect(waiting).toMatchObject({ incidentId: broken.incidentId });
    expect(waiting.timeline.at(-1)).toMatchObject(held);
    expect(waiting.timeline.at(-1)).not.toHaveProperty('until');

    const resolvedAt = secondsAgo(20);
    await tell({ ...broken, version: 2, transition: 'changed', state: 'resolved', resolvedAt });
    await ledger.keepLedger.leadsSettled([received(outcomeOf(lead, { outcome: 'written' }, 45_000))]);
    const written = await page(lead);
    expect(written).not.toHaveProperty('waitsFor');
    expect(written.timeline).toContainEqual(expect.objectContaining({ ...held, until: resolvedAt }));
    expect(await hit(broken)).toEqual([]);
  });

  test('was not kept by an incident that was over before it came, or began after it was written', async () => {
    const before = incident([facts.connectionId], {
      ...{ since: secondsAgo(600), state: 'resolved', resolvedAt: secondsAgo(300) },
    });
    const lead = await accept({ acceptedAt: secondsAgo(200) });
    await ledger.keepLedger.leadsSettled([received(outcomeOf(lead, { outcome: 'written' }, 500))]);
    await tell(before, incident([facts.connectionId], { since: secondsAgo(100) }));
    expect((await page(lead)).timeline.map(({ kind }) => kind)).toEqual(['received', 'accepted', 'written']);
  });

  test('waits for whoever has paused it, where somebody has', async () => {
    await ledger.keepLedger.connectionsChanged([received({ ...facts, version: 2, state: 'paused' })]);
    const lead = await accept();
    expect(await page(lead)).toMatchObject({ waitsFor: { cause: 'paused' } });
  });

  test('is held until the offer is published, where it is not', async () => {
    await ledger.keepLedger.connectionsChanged([received({ ...facts, version: 2, state: 'draft' })]);
    const lead = await accept();
    expect(await page(lead)).toMatchObject({
      state: 'pending',
      waitsFor: { cause: 'not-published', what: 'Held until the offer is published.' },
    });
  });

  test('does not wait for what lets leads through', async () => {
    await tell(incident([facts.connectionId], { kind: 'connection-warning' }));
    expect(await page(await accept())).not.toHaveProperty('waitsFor');
  });
});

describe('leads that are refused for one cause', () => {
  test('are found and delivered again by their incident, and no others', async () => {
    const refused = incident([facts.connectionId], {
      ...{ kind: 'leads-refused', cause: REFUSED.cause, since: secondsAgo(60) },
    });
    const dead = [await accept({ acceptedAt: secondsAgo(90) }), await accept({ acceptedAt: secondsAgo(50) })];
    const otherwise = await accept({ acceptedAt: secondsAgo(50) });
    const longAgo = await accept({ acceptedAt: secondsAgo(86_400) });
    await ledger.keepLedger.leadsSettled([
      ...[...dead, longAgo].map((lead) =>
        received(outcomeOf(lead, { outcome: 'dead', reason: REFUSED }, 5_000)),
      ),
      received(outcomeOf(otherwise, { outcome: 'dead' }, 5_000)),
    ]);
    await tell(refused);
    const ids = dead.map(({ leadId }) => leadId).sort();
    expect(await hit(refused)).toEqual(ids);
    expect(await page(dead[0] as LeadAccepted)).toMatchObject({ incidentId: refused.incidentId });
    expect(await page(otherwise)).not.toHaveProperty('incidentId');
    expect((await offer()).health).toBe('failing');

    const replayId = randomUUID();
    const order = { filter: { incidentId: refused.incidentId } };
    const asked = { replayId, order, requestedBy: 'ann', now: new Date() };
    const foreign = { ...asked, scope: { publisherId: 'fabrikam' } };
    expect(await requestReplay(ledger.database, foreign)).toBe(0);
    expect(await requestReplay(ledger.database, { ...asked, scope: 'everybody' })).toBe(2);
    const rows = await ledger.database
      .selectFrom('replay_leads')
      .select('lead_id')
      .where('replay_id', '=', replayId)
      .execute();
    expect(rows.map((row) => row.lead_id).sort()).toEqual(ids);

    // What died after the end is another incident's.
    await tell({ ...refused, version: 2, state: 'resolved', resolvedAt: secondsAgo(48) });
    expect(await hit(refused)).toEqual([dead[0]?.leadId]);
  });
});
