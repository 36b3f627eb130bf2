import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Kysely, sql } from 'kysely';
import { RecordLinks } from '../ledger/record-links.ts';
import {
  acceptance,
  connection,
  marketplaceLead,
  outcomeOf,
  received,
  startLedger,
  type TestLedger,
} from '../testing/ledger-events.ts';
import { serveAlone, WHO } from '../testing/serve-alone.ts';
import { ExportController } from './export.controller.ts';

let ledger: TestLedger;
let app: NestFastifyApplication;
let url: string;

const contoso = connection();
const fabrikam = connection({ publisher: { id: 'fabrikam', name: 'Fabrikam' } });
const many = connection({ publisher: { id: 'many', name: 'Many' } });

beforeAll(async () => {
  ledger = await startLedger();
  app = await serveAlone(
    [ExportController],
    [
      { provide: Kysely, useValue: ledger.database },
      { provide: RecordLinks, useValue: new RecordLinks(undefined) },
    ],
  );
  url = await app.getUrl();
  const { keepLedger } = ledger;
  await keepLedger.connectionsChanged([contoso, fabrikam, many].map((one) => received(one)));
  const leads = [
    acceptance(contoso.connectionId, { lead: marketplaceLead({ firstName: '=cmd()', lastName: 'A' }) }),
    acceptance(contoso.connectionId, { lead: marketplaceLead({ company: 'Adatum, "Inc."' }) }),
    acceptance(fabrikam.connectionId, { lead: marketplaceLead({ company: 'Foreign' }) }),
  ] as const;
  await keepLedger.leadsAccepted(leads.map((lead) => received(lead)));
  await keepLedger.leadsSettled([received(outcomeOf(leads[1], { outcome: 'written' }, 1_000))]);
}, 60_000);

afterAll(async () => {
  await app.close();
  await ledger.end();
});

async function download(who: string, query = ''): Promise<{ answer: Response; text: string }> {
  const answer = await fetch(`${url}/api/leads.csv${query}`, { headers: { [WHO]: who } });
  return { answer, text: Buffer.from(await answer.arrayBuffer()).toString() };
}

describe('the export of leads', () => {
  test('is a file for spreadsheets, with the leads of the publisher and no formula', async () => {
    const { answer, text } = await download('contoso');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="leads-\d{4}-\d\d-\d\d\.csv"$/,
    );
    expect(text.charCodeAt(0)).toBe(0xfeff);
    expect(text.split('\r\n')).toHaveLength(4);
    expect(text).toContain(",'=cmd() A,");
    expect(text).toContain('"Adatum, ""Inc."""');
    expect(text).toContain('https://contoso.crm4.dynamics.com/main.aspx?etn=lead');
    expect(text).not.toContain('Foreign');
  });

  test('has what the filter shows', async () => {
    const { text } = await download('contoso', '?state=written&search=adatum');
    expect(text.split('\r\n')).toHaveLength(3);
    const { answer } = await download('contoso', '?colour=red');
    expect(answer.status).toBe(400);
  });

  test('has each of very many leads once, newest first', async () => {
    await sql`
      insert into leads (lead_id, connection_id, publisher_id, accepted_at, is_accepted, is_test)
      select gen_random_uuid(), ${many.connectionId}, 'many', now() - (n / 7) * interval '1 second', true, false
      from generate_series(1, 5000) as n
    `.execute(ledger.database);
    const { text } = await download('many');
    const lines = text.trim().split('\r\n').slice(1);
    const ids = lines.map((line) => line.slice(line.lastIndexOf(',') + 1));
    const times = lines.map((line) => line.slice(0, 19));
    expect(new Set(ids).size).toBe(5_000);
    expect(times).toEqual([...times].sort().reverse());
  }, 30_000);

  test('that breaks off fails for whoever downloads it, instead of ending too early', async () => {
    const { database } = ledger;
    await sql`
      insert into leads (lead_id, connection_id, publisher_id, accepted_at, is_accepted, is_test, name)
      select gen_random_uuid(), ${many.connectionId}, 'many', now() - n * interval '1 day', true, false,
             repeat('x', 2000)
      from generate_series(1, 5000) as n
    `.execute(database);
    const answer = await fetch(`${url}/api/leads.csv`, { headers: { [WHO]: 'many' } });
    await sql`alter table connections rename to elsewhere`.execute(database);
    try {
      await expect(answer.text()).rejects.toThrow();
    } finally {
      await sql`alter table elsewhere rename to connections`.execute(database);
    }
  }, 30_000);

  test('of nothing is a file with headers alone', async () => {
    const { text } = await download(randomUUID());
    expect(text.trim().split('\r\n')).toHaveLength(1);
  });
});
