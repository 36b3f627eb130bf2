import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kysely, sql } from 'kysely';
import {
  LeadDetail,
  LeadPage,
  Lanes,
  Offer,
  Offers,
  Statistics,
  TimelinePage,
} from '@leads/contracts/portal-api';
import type { LeadAccepted } from '@leads/contracts';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LanesController } from '../lanes/lanes.controller.ts';
import {
  acceptance,
  connection,
  marketplaceLead,
  outcomeOf,
  received,
  startLedger,
  type TestLedger,
} from '../testing/ledger-events.ts';
import { OffersController } from '../offers/offers.controller.ts';
import { StatisticsController } from '../statistics/statistics.controller.ts';
import { serveAlone, WHO } from '../testing/serve-alone.ts';
import { LeadsController } from './leads.controller.ts';
import { RecordLinks } from '../ledger/record-links.ts';

const own = connection();
const foreign = connection({ publisher: { id: 'fabrikam', name: 'Fabrikam' } });
const small = connection({ offer: { id: 'small', title: 'Small' } });
const BEGAN = Date.now() - 3_600_000;

/** Enough for a search to look among the newest first and to ask the index then. */
const leads = Array.from({ length: 7_000 }, (_, number): LeadAccepted => {
  const words = [
    number % 2 === 0 ? 'Evenly' : 'Oddly',
    ...(number % 150 === 0 ? ['Seldom'] : []),
    ...(number % 2_500 === 7 ? ['Quizzical'] : []),
    ...(number < 400 ? ['Bygone'] : []),
  ];
  const connectionId =
    [own, own, own, own, foreign, small][number % 70 === 0 ? 5 : number % 5]?.connectionId ?? '';
  return acceptance(connectionId, {
    // Several in the same millisecond.
    acceptedAt: new Date(BEGAN + Math.floor(number / 3)).toISOString(),
    isTest: number % 100 === 3,
    lead: marketplaceLead({ lastName: words.join(' '), email: `lead-${number}@adatum.example` }),
  });
});
const isDead = (lead: LeadAccepted): boolean => leads.indexOf(lead) % 40 === 1;
const deadOnes = leads.filter(isDead);

let ledger: TestLedger;
let app: NestFastifyApplication;
beforeAll(async () => {
  ledger = await startLedger();
  const { keepLedger, database } = ledger;
  await keepLedger.connectionsChanged([own, foreign, small].map((facts) => received(facts)));
  for (let start = 0; start < leads.length; start += 500) {
    await keepLedger.leadsAccepted(leads.slice(start, start + 500).map((lead) => received(lead)));
  }
  await keepLedger.leadsSettled(deadOnes.map((lead) => received(outcomeOf(lead, { outcome: 'dead' }, 10))));
  app = await serveAlone(
    [LeadsController, OffersController, LanesController, StatisticsController],
    [
      { provide: Kysely, useValue: database },
      { provide: RecordLinks, useValue: new RecordLinks(undefined) },
    ],
  );
}, 120_000);
afterAll(async () => {
  await app.close();
  await ledger.end();
});

async function ask(who: string, path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(new URL(path, await app.getUrl()), { headers: { [WHO]: who } });
  return { status: answer.status, body: await answer.json() };
}

/** The ids on every page of a list, page after page. */
async function listed(who: string, filter: Record<string, string>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const asked = new URLSearchParams({ ...filter, limit: '150', ...(cursor !== undefined && { cursor }) });
    const page = LeadPage.parse((await ask(who, `/api/leads?${asked.toString()}`)).body);
    ids.push(...page.leads.map(({ leadId }) => leadId));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return ids;
}

const outcomeAt = (lead: LeadAccepted, afterMs: number): string =>
  new Date(Date.parse(lead.acceptedAt) + afterMs).toISOString();

const idsOf = (some: LeadAccepted[]): string[] =>
  some
    .toSorted(
      (one, other) =>
        Date.parse(other.acceptedAt) - Date.parse(one.acceptedAt) || (one.leadId < other.leadId ? 1 : -1),
    )
    .map(({ leadId }) => leadId);

const ofContoso = ({ connectionId }: LeadAccepted): boolean => connectionId !== foreign.connectionId;
const noTest = ({ isTest }: LeadAccepted): boolean => !isTest;
const named = (word: string) => (lead: LeadAccepted) => lead.lead.customer.lastName.includes(word);

describe('the list of leads', () => {
  test.each<[string, Record<string, string>, (lead: LeadAccepted) => boolean]>([
    ['everything', {}, noTest],
    ['what is common', { search: 'evenly' }, (lead) => noTest(lead) && named('Evenly')(lead)],
    ['what is in few', { search: 'seldom' }, (lead) => noTest(lead) && named('Seldom')(lead)],
    ['what is rare', { search: 'quizzical' }, (lead) => noTest(lead) && named('Quizzical')(lead)],
    ['what was common long ago', { search: 'bygone' }, (lead) => noTest(lead) && named('Bygone')(lead)],
    ['an address', { search: 'lead-4321@adatum.example' }, (lead) => lead === leads[4_321]],
    ['what nobody is called', { search: 'xylograph' }, () => false],
    [
      'several words',
      { search: 'seldom ana evenly' },
      (lead) => noTest(lead) && named('Seldom')(lead) && named('Evenly')(lead),
    ],
    ['the dead', { state: 'dead' }, (lead) => noTest(lead) && isDead(lead)],
    [
      'a search among the dead',
      { state: 'dead', search: 'oddly' },
      (lead) => noTest(lead) && isDead(lead) && named('Oddly')(lead),
    ],
    [
      'an offer',
      { connectionId: small.connectionId, search: 'evenly' },
      (lead) => noTest(lead) && lead.connectionId === small.connectionId && named('Evenly')(lead),
    ],
    [
      'a time',
      { from: new Date(BEGAN + 100).toISOString(), to: new Date(BEGAN + 200).toISOString() },
      (lead) =>
        noTest(lead) &&
        Date.parse(lead.acceptedAt) >= BEGAN + 100 &&
        Date.parse(lead.acceptedAt) < BEGAN + 200,
    ],
    ['tests', { tests: 'true' }, ({ isTest }) => isTest],
    ['tests too', { tests: 'all', search: 'oddly' }, named('Oddly')],
  ])(
    'has %s, newest first, on its pages: each once',
    async (_, filter, fits) => {
      expect(await listed('operator', filter)).toEqual(idsOf(leads.filter(fits)));
      expect(await listed('contoso', filter)).toEqual(
        idsOf(leads.filter((lead) => fits(lead) && ofContoso(lead))),
      );
    },
    60_000,
  );

  test('names what is wrong with its parameters', async () => {
    const { status, body } = await ask('operator', '/api/leads?state=lost&cursor=x&limit=0&nonsense=1');
    expect(status).toBe(400);
    const { errors } = body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['/cursor', '/limit', '/nonsense', '/state']);
  });

  test.each([
    ['cursor', Buffer.from(`-999999999999999.${randomUUID()}`).toString('base64url'), 400],
    ['cursor', Buffer.from(`99999999999999.${randomUUID()}`).toString('base64url'), 200],
    ['from', '0000-01-01T00:00:00Z', 400],
    ['from', '0001-01-01T00:00:00Z', 200],
    ['to', `2026-01-01T00:00:00.${'1'.repeat(500)}Z`, 400],
    ['to', '9999-12-31T23:59:59.999999999Z', 200],
  ])(
    'asks the database for no time that it does not know: %s=%s is answered with %d',
    async (name, value, status) => {
      const asked = new URLSearchParams({ [name]: value, limit: '1' });
      expect((await ask('operator', `/api/leads?${asked.toString()}`)).status).toBe(status);
    },
  );
});

describe('a publisher', () => {
  test('finds neither leads nor offers of another: they answer like ids of nothing', async () => {
    const [lead] = leads.filter((each) => !ofContoso(each));
    for (const [theirs, nothing] of [
      [`/api/leads/${lead?.leadId}`, `/api/leads/${randomUUID()}`],
      [`/api/offers/${foreign.connectionId}`, `/api/offers/${randomUUID()}`],
      [
        `/api/statistics?span=hour&connectionId=${foreign.connectionId}`,
        `/api/statistics?span=hour&connectionId=${randomUUID()}`,
      ],
    ] as const) {
      const answer = await ask('contoso', theirs);
      expect(answer.status).toBe(404);
      expect(answer).toEqual(await ask('contoso', nothing));
      expect((await ask('fabrikam', theirs)).status).toBe(200);
      expect((await ask('operator', theirs)).status).toBe(200);
    }
    expect(await listed('contoso', { connectionId: foreign.connectionId })).toEqual([]);
  });

  test('sees its own offers and lanes alone, with counts that add up; operators see all', async () => {
    const { offers } = Offers.parse((await ask('contoso', '/api/offers')).body);
    expect(offers.map(({ connectionId }) => connectionId).sort()).toEqual(
      [own.connectionId, small.connectionId].sort(),
    );
    const accepted = leads.filter((lead) => noTest(lead) && ofContoso(lead));
    const counts = { accepted: accepted.length, written: 0, dead: accepted.filter(isDead).length };
    const pending = counts.accepted - counts.dead;
    const { lanes, totals } = Lanes.parse((await ask('contoso', '/api/lanes')).body);
    expect(lanes).toHaveLength(2);
    expect(totals).toEqual({ ...counts, pending, balanced: true });
    expect(Lanes.parse((await ask('operator', '/api/lanes')).body).lanes).toHaveLength(3);
    const { buckets } = Statistics.parse((await ask('contoso', '/api/statistics?span=week')).body);
    expect(buckets.reduce((sum, bucket) => sum + bucket.accepted, 0)).toBe(counts.accepted);
    expect(buckets.reduce((sum, bucket) => sum + bucket.dead, 0)).toBe(counts.dead);
  });

  test('sees nothing before it has been registered', async () => {
    const { body } = await ask('', '/api/offers');
    expect(body).toEqual({ offers: [] });
    expect(await listed('', {})).toEqual([]);
  });
});

test('one lead and one offer are answered as their schemas say', async () => {
  const [lead] = leads.filter((each) => isDead(each) && noTest(each) && ofContoso(each));
  const detail = LeadDetail.parse((await ask('contoso', `/api/leads/${lead?.leadId}`)).body);
  expect(detail).toMatchObject({ state: 'dead', lead: lead?.lead, original: lead?.original });
  const offer = Offer.parse((await ask('contoso', `/api/offers/${own.connectionId}`)).body);
  expect(offer).toMatchObject({ health: 'healthy', state: 'published', publisher: own.publisher });
  for (const id of ['nonsense', '%00']) expect((await ask('operator', `/api/leads/${id}`)).status).toBe(404);
});

describe('the timeline of a lead', () => {
  test('is read by pages, and keeps the newest 500 of what happens again and again', async () => {
    const lead = acceptance(own.connectionId, {
      acceptedAt: new Date(BEGAN).toISOString(),
      receivedAt: new Date(BEGAN).toISOString(),
    });
    await ledger.keepLedger.leadsAccepted([received(lead)]);
    // Two a millisecond, so that pages end among what happened at once.
    for (let number = 0; number < 700; number += 100) {
      const some = Array.from({ length: 100 }, (_, index) => number + index);
      await ledger.keepLedger.leadsSettled(
        some.map((n) => received(outcomeOf(lead, { outcome: 'deferred' }, 1_000 + n, n))),
      );
      await ledger.keepLedger.leadsRepeated(
        some
          .filter((n) => n % 2 === 0)
          .map((n) =>
            received({
              leadId: lead.leadId,
              connectionId: lead.connectionId,
              at: outcomeAt(lead, 1_000 + n),
            }),
          ),
      );
    }
    const { body } = await ask('contoso', `/api/leads/${lead.leadId}`);
    let page: TimelinePage = LeadDetail.parse(body);
    const entries = [...page.timeline];
    let pages = 1;
    while (page.earlier !== undefined) {
      expect(page.timeline.length).toBeGreaterThanOrEqual(100);
      expect(page.timeline.length).toBeLessThanOrEqual(101);
      const path = `/api/leads/${lead.leadId}/timeline?before=${page.earlier}`;
      expect((await ask('fabrikam', path)).status).toBe(404);
      page = TimelinePage.parse((await ask('contoso', path)).body);
      entries.unshift(...page.timeline);
      pages += 1;
    }
    expect(pages).toBeGreaterThanOrEqual(5);
    expect(entries.map(({ kind }) => kind).slice(0, 2)).toEqual(['received', 'accepted']);
    const { rows } = await sql<{ kind: string; at: Date }>`
      select kind, at from timeline where lead_id = ${lead.leadId} order by at
    `.execute(ledger.database);
    expect(rows.length).toBeGreaterThanOrEqual(499);
    expect(rows.length).toBeLessThanOrEqual(500);
    expect(rows.at(-1)?.at.toISOString()).toBe(outcomeAt(lead, 1_699));
    const shown = entries.slice(2).map(({ kind, at }) => `${at} ${kind}`);
    expect(shown.sort()).toEqual(rows.map(({ kind, at }) => `${at.toISOString()} ${kind}`).sort());
  });
});
