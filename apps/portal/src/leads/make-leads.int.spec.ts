import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { CONNECTION_DELETED, type LeadAccepted, type LeadMaking, MadeLead } from '@leads/contracts';
import type { z } from 'zod';
import type { Viewer } from '../access/viewer.ts';
import { RecordLinks } from '../ledger/record-links.ts';
import {
  acceptance,
  connection,
  outcomeOf,
  received,
  startLedger,
  type TestLedger,
} from '../testing/ledger-events.ts';
import { findLeads } from './find-leads.ts';
import { readLead } from './lead-detail.ts';
import { MakeLeads } from './make-leads.ts';

const links = new RecordLinks('http://localhost:4010/org');
const viewer = { email: 'ana@contoso.example' } as Viewer;
const contosos = { publisherId: 'contoso' };
const REPEAT_AT = '2026-11-22T20:00:07.123Z';

let ledger: TestLedger;
let asked: LeadMaking[];
let makeLeads: MakeLeads;

beforeAll(async () => {
  ledger = await startLedger();
  const act = <Answer>(_by: string, _path: string, sent: unknown, answer: z.ZodType<Answer>) => {
    asked.push(sent as LeadMaking);
    return Promise.resolve(answer.parse(MadeLead.parse({ leadId: randomUUID(), isNew: true })));
  };
  makeLeads = new MakeLeads({ act }, ledger.database);
}, 60_000);
afterAll(() => ledger.end());
beforeEach(() => {
  asked = [];
});

async function acceptedLead(some: Partial<LeadAccepted> = {}): Promise<LeadAccepted> {
  const facts = connection();
  const lead = acceptance(facts.connectionId, some);
  await ledger.keepLedger.connectionsChanged([received(facts)]);
  await ledger.keepLedger.leadsAccepted([received(lead)]);
  return lead;
}

const pageOf = (leadId: string) => readLead(ledger.database, contosos, leadId, links);

test('a repeat is made a lead of what its first one said, and both pages say so', async () => {
  const bytes = Buffer.alloc(100, 7).toString('base64');
  const first = await acceptedLead({ originalBytes: bytes });
  const { leadId, connectionId, lead, original } = first;
  await ledger.keepLedger.leadsRepeated([received({ leadId, connectionId, at: REPEAT_AT })]);
  await makeLeads.ofRepeat(viewer, contosos, leadId, REPEAT_AT);
  expect(asked).toEqual([
    {
      ...{ from: 'repeat', by: viewer.email, leadId, at: REPEAT_AT, connectionId },
      ...{ isTest: false, lead, original, originalBytes: bytes },
    },
  ]);
  const made = { from: 'repeat', id: leadId, by: viewer.email, repeatAt: REPEAT_AT } as const;
  const second = acceptance(connectionId, { made });
  await ledger.keepLedger.leadsAccepted([received(second)]);
  expect((await pageOf(leadId))?.timeline).toContainEqual({
    ...{ kind: 'repeated', at: REPEAT_AT, madeLeadId: second.leadId },
  });
  expect((await pageOf(second.leadId))?.timeline).toContainEqual({
    ...{ kind: 'made', at: second.acceptedAt, ...made },
  });
});

test("what did not come again, or is another publisher's, is made no lead of", async () => {
  const { leadId, connectionId } = await acceptedLead();
  await ledger.keepLedger.leadsRepeated([received({ leadId, connectionId, at: REPEAT_AT })]);
  for (const [scope, at] of [
    [contosos, '2026-11-22T20:00:07.124Z'],
    [{ publisherId: 'fabrikam' }, REPEAT_AT],
  ] as const)
    await expect(makeLeads.ofRepeat(viewer, scope, leadId, at)).rejects.toMatchObject({
      problem: { status: 404 },
    });
  expect(asked).toEqual([]);
});

const ENDED = { cause: CONNECTION_DELETED, what: 'Its connection was deleted.', remedy: 'None.' };

async function endedLead(): Promise<LeadAccepted> {
  const lead = await acceptedLead();
  await ledger.keepLedger.leadsSettled([received(outcomeOf(lead, { outcome: 'dead', reason: ENDED }, 100))]);
  return lead;
}

test('a lead that ended with its connection is listed until it is rescued, to an offer of its publisher', async () => {
  const { leadId, acceptedAt } = await endedLead();
  const other = connection();
  const foreign = connection({ publisher: { id: 'fabrikam', name: 'Fabrikam' } });
  const deleted = connection({ state: 'deleted' });
  await ledger.keepLedger.connectionsChanged([other, foreign, deleted].map((each) => received(each)));
  const listed = async () =>
    (await findLeads(ledger.database, 'everybody', { rescuable: 'true' }, { limit: 50 })).rows.map(
      (row) => row.lead_id,
    );
  expect(await listed()).toEqual([leadId]);
  for (const { connectionId } of [foreign, deleted, connection()])
    await expect(makeLeads.ofEnded(viewer, 'everybody', leadId, connectionId)).rejects.toMatchObject({
      problem: { status: 422 },
    });
  expect(asked).toEqual([]);
  await makeLeads.ofEnded(viewer, 'everybody', leadId, other.connectionId);
  expect(asked).toMatchObject([
    { from: 'deleted-connection', leadId, at: acceptedAt, connectionId: other.connectionId },
  ]);
  const rescued = acceptance(other.connectionId, {
    made: { from: 'deleted-connection', id: leadId, by: viewer.email },
  });
  await ledger.keepLedger.leadsAccepted([received(rescued)]);
  expect(await listed()).toEqual([]);
  expect((await pageOf(leadId))?.rescuedAs).toBe(rescued.leadId);
});

test('a lead that did not end with its connection is not rescued', async () => {
  const waits = await acceptedLead();
  const died = await acceptedLead();
  await ledger.keepLedger.leadsSettled([received(outcomeOf(died, { outcome: 'dead' }, 100))]);
  for (const { leadId, connectionId } of [waits, died])
    await expect(makeLeads.ofEnded(viewer, 'everybody', leadId, connectionId)).rejects.toMatchObject({
      problem: { status: 409 },
    });
  expect(asked).toEqual([]);
});

test('the page of a lead names the fields of its body that are not known, without what they say', async () => {
  const { leadId } = await acceptedLead({
    original: '{"userDetails":{"email":"a@b.example","middleName":"Maria"},"score":7}',
  });
  expect((await pageOf(leadId))?.unknownFields).toEqual([
    { name: 'userDetails.middleName', kind: 'text' },
    { name: 'score', kind: 'number' },
  ]);
});
