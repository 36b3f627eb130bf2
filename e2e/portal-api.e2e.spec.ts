import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LeadDetail, LeadSummary } from '@leads/contracts/portal-api';
import { Browser, eventually, people } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import { leadNumber, post } from './marketplace.ts';

/** How soon a lead is to be seen by whoever looks on, in milliseconds from the answer to its post. */
const SOON_MS = 1_000;
/** A busy machine keeps some leads waiting; it takes a fault to keep each of so many. */
const TRIES = 5;

let stack: TestStack;
let alex: Browser;
/** How many leads were posted so far. */
let posted = 0;

beforeAll(async () => {
  stack = await startTestStack();
  alex = await Browser.signedIn(stack.services.portal.url, people.owner);
}, 120_000);
afterAll(() => stack.stop(), 60_000);

/** Events as they come over the stream, for as long as it is read. */
async function* liveEvents(
  person: Browser,
  signal: AbortSignal,
): AsyncGenerator<{ event: string; data: unknown; at: number }> {
  const answer = await person.send('GET', '/api/events', { signal });
  expect(answer.status).toBe(200);
  const decoder = new TextDecoder();
  let unread = '';
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    unread += decoder.decode(chunk, { stream: true });
    const blocks = unread.split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event] = /^event: (.*)$/m.exec(block) ?? [];
      const [, data] = /^data: (.*)$/m.exec(block) ?? [];
      // A place in the stream, and no event: it has begun.
      if (event === undefined || data === undefined) yield { event: '', data: undefined, at: 0 };
      else yield { event, data: JSON.parse(data) as unknown, at: performance.now() };
    }
  }
}

describe('an owner who looks on', () => {
  test('sees a posted lead arrive within a second, and then that it is written', async () => {
    // The first lead finds everything cold: connections to be made, a table to be read.
    const first = await post(stack.connection.leadAddress, leadNumber((posted += 1)));
    await eventually(
      async () => {
        const { body } = await alex.ask('GET', `/api/leads/${first}`);
        expect(LeadDetail.parse(body).state).toBe('written');
      },
      { timeoutMs: 30_000 },
    );

    const leaving = new AbortController();
    const arrivedMs: number[] = [];
    let leadId: string | undefined;
    let postedAt = NaN;
    for await (const { event, data, at } of liveEvents(alex, leaving.signal)) {
      if (leadId === undefined) {
        leadId = await post(stack.connection.leadAddress, leadNumber((posted += 1)));
        postedAt = performance.now();
        continue;
      }
      if (event !== 'lead') continue;
      const lead = LeadSummary.parse(data);
      if (lead.leadId !== leadId) continue;
      if (arrivedMs.length < posted - 1) arrivedMs.push(at - postedAt);
      expect(lead).toMatchObject({ name: `Ana Trujillo ${posted}`, company: 'Adatum', isTest: false });
      if (lead.state !== 'written') continue;
      expect(lead.crmUrl).toContain(`id=${leadId}`);
      if (Math.min(...arrivedMs) < SOON_MS || arrivedMs.length === TRIES) break;
      leadId = await post(stack.connection.leadAddress, leadNumber((posted += 1)));
      postedAt = performance.now();
    }
    leaving.abort();
    expect(Math.min(...arrivedMs)).toBeLessThan(SOON_MS);
  }, 60_000);

  test('takes what the list shows along as a file', async () => {
    const answer = await alex.ask('GET', '/api/leads.csv?search=trujillo');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.text.trim().split('\r\n')).toHaveLength(1 + posted);
  });

  test('hears no more once somebody has ended the service, and is not waited for', async () => {
    const answer = await alex.send('GET', '/api/events');
    const read = answer.text();
    const began = performance.now();
    await stack.services.portal.stop();
    await read;
    expect(performance.now() - began).toBeLessThan(10_000);
  }, 30_000);
});
