/** How long a page of leads takes among very many, over HTTP. */
import { Browser, contosoPublisher, people } from '@leads/testing';
import { inThrowAwayPlace, startStack } from '@leads/tools';
import type { Bar } from '../writer/bar.ts';
import { percentile } from '../writer/percentile.ts';
import { connectionId, fillLedger, WORDS } from './fill.ts';
import { takeIn } from './take-in.ts';

const ROUNDS = 5;
const GOAL_P95_MS = 100;

/** Searches and filters as people make them, by what is particular to each. */
function filters(): Record<string, Record<string, string>> {
  const daysAgo = (days: number): string => new Date(Date.now() - days * 24 * 3_600_000).toISOString();
  const [largest, smallest] = [connectionId('largest'), connectionId('smallest')];
  return {
    'no filter': {},
    'first name': { search: 'Maria' },
    'word of every lead': { search: 'example' },
    'part of a name': { search: 'sapet' },
    'full name': { search: 'Nina Sapetar' },
    company: { search: 'tanosan' },
    'e-mail address': { search: 'nina.sapetar1@tanosan.example' },
    'part of an address': { search: '@tanosan' },
    'rare word': { search: WORDS.rare },
    'absent word': { search: WORDS.absent },
    'word of times past': { search: WORDS.bygone },
    'two letters': { search: 'yu' },
    'absent letters': { search: 'qx' },
    'two words': { search: 'ravi gmbh' },
    'common and rare': { search: `example ${WORDS.rare}` },
    'largest offer': { connectionId: largest },
    'smallest offer': { connectionId: smallest },
    'search in the largest offer': { connectionId: largest, search: 'zoe' },
    'absent in the smallest offer': { connectionId: smallest, search: 'sapetar' },
    dead: { state: 'dead' },
    pending: { state: 'pending' },
    written: { state: 'written' },
    'search among the dead': { state: 'dead', search: 'maria' },
    'absent among the dead': { state: 'dead', search: WORDS.absent },
    'search among the written': { state: 'written', search: 'hugo' },
    'a day': { from: daysAgo(200), to: daysAgo(199) },
    'search in a hundred days': { from: daysAgo(200), to: daysAgo(100), search: 'maria' },
    'rare word in a hundred days': { from: daysAgo(250), to: daysAgo(150), search: WORDS.rare },
    'tests too': { tests: 'all' },
    'tests only': { tests: 'true' },
  };
}

/** Fills a ledger, then asks for everything as an operator and as a publisher, first pages and deep ones. */
export async function search(leads: number): Promise<Bar[]> {
  return inThrowAwayPlace(async (place) => {
    const stack = await startStack({
      ...place,
      careless: true,
      serviceSettings: { LOG_LEVEL: 'warn', PERSON_REQUESTS_PER_MINUTE: '1000000' },
    });
    try {
      const { portal, ...others } = stack.services;
      const query = <Row>(text: string): Promise<Row[]> => place.query<Row>(stack.database.url, text);
      const began = performance.now();
      await fillLedger(query, leads);
      const fillSeconds = Math.round((performance.now() - began) / 1_000);
      await stack.registerPublisher(contosoPublisher);
      const askers = {
        operator: await Browser.signedIn(portal.url, people.operator),
        publisher: await Browser.signedIn(portal.url, people.owner),
      };
      const bars = [await measure(askers, leads, fillSeconds)];
      await Promise.all(Object.values(others).map((service) => service.stop()));
      return [...bars, await takeIn(stack, query)];
    } finally {
      await stack.stop();
    }
  });
}

async function measure(askers: Record<string, Browser>, leads: number, fillSeconds: number): Promise<Bar> {
  const took = new Map<string, number[]>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [who, asker] of Object.entries(askers)) {
      for (const [name, filter] of Object.entries(filters())) {
        let cursor: string | undefined;
        for (const page of ['', ', page 2', ', deep']) {
          const asked = new URLSearchParams({ ...filter, ...(cursor !== undefined && { cursor }) });
          const start = performance.now();
          const { status, text, body } = await asker.ask('GET', `/api/leads?${asked.toString()}`);
          if (status !== 200) throw new Error(`${name}: ${status} ${text}`);
          const { nextCursor } = body as { nextCursor?: string };
          // The first round warms up.
          const key = `${name} as ${who}${page}`;
          if (round > 0) took.set(key, [...(took.get(key) ?? []), performance.now() - start]);
          if (nextCursor === undefined) break;
          cursor = page === '' ? nextCursor : deepCursor();
        }
      }
    }
  }
  const all = [...took.values()].flat();
  const p95 = Math.round(percentile(all, 0.95));
  const slowest = [...took]
    .map(([name, times]) => ({ name, p50: Math.round(percentile(times, 0.5)) }))
    .sort((one, other) => other.p50 - one.p50)
    .slice(0, 5);
  return {
    bar: 'search',
    value: p95,
    unit: `ms p95 of a page among ${leads} leads`,
    goal: `p95 <= ${GOAL_P95_MS} ms`,
    met: p95 <= GOAL_P95_MS,
    p50: Math.round(percentile(all, 0.5)),
    p99: Math.round(percentile(all, 0.99)),
    requests: all.length,
    slowest,
    fillSeconds,
  };
}

/** A place 300 days back. */
function deepCursor(): string {
  const at = Date.now() - 300 * 24 * 3_600_000;
  return Buffer.from(`${at}.ffffffff-ffff-4fff-8fff-ffffffffffff`).toString('base64url');
}
