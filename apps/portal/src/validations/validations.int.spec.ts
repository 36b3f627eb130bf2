import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ValidationStep } from '@leads/contracts';
import { Kysely } from 'kysely';
import { Validation } from '@leads/contracts/portal-api';
import { RecordLinks } from '../ledger/record-links.ts';
import {
  acceptance,
  connection,
  outcomeOf,
  received,
  startLedger,
  type TestLedger,
} from '../testing/ledger-events.ts';
import { serveAlone, WHO } from '../testing/serve-alone.ts';
import { ValidationsController } from './validations.controller.ts';

let ledger: TestLedger;
let app: NestFastifyApplication;
let url: string;

const { connectionId, ...facts } = connection();
const [older, newer] = [randomUUID(), randomUUID()];

function step(validationId: string, second: number, some: Partial<ValidationStep>): ValidationStep {
  const at = `2026-11-22T20:00:${String(second).padStart(2, '0')}.000Z`;
  return { validationId, connectionId, at, check: 'url', status: 'started', tookMs: 0, ...some };
}

beforeAll(async () => {
  ledger = await startLedger();
  app = await serveAlone(
    [ValidationsController],
    [
      { provide: Kysely, useValue: ledger.database },
      { provide: RecordLinks, useValue: new RecordLinks('http://localhost:4010/org') },
    ],
  );
  url = await app.getUrl();
  await ledger.keepLedger.connectionsChanged([received({ connectionId, ...facts })]);
  const steps = [
    step(older, 1, { check: 'validate' }),
    step(older, 2, { status: 'failed', cause: 'No.', remedy: 'Correct it.' }),
    step(older, 3, { check: 'validate', status: 'finished' }),
    step(newer, 4, { check: 'validate' }),
    step(newer, 5, { check: 'test-lead' }),
  ];
  await ledger.keepLedger.validationsStepped(steps.map((one) => received(one)));
}, 60_000);

afterAll(async () => {
  await app.close();
  await ledger.end();
});

async function read(path: string, who = 'contoso'): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${url}/api/offers/${path}`, { headers: { [WHO]: who } });
  return { status: answer.status, body: await answer.json() };
}

describe('Validates', () => {
  test('the newest is the one that began last, and links its test lead once that is in Dynamics', async () => {
    const { body } = await read(`${connectionId}/validation`);
    expect(Validation.parse(body)).toEqual({
      validationId: newer,
      connectionId,
      startedAt: '2026-11-22T20:00:04.000Z',
      checks: [{ check: 'test-lead', status: 'running', startedAt: '2026-11-22T20:00:05.000Z' }],
    });
    // The writer gives the test lead the Validate's own id.
    const lead = acceptance(connectionId, { leadId: newer, isTest: true });
    await ledger.keepLedger.leadsSettled([received(outcomeOf(lead, { outcome: 'written' }, 1_000))]);
    expect((await read(`${connectionId}/validation`)).body).toMatchObject({
      testLead: {
        leadId: newer,
        crmUrl: `http://localhost:4010/org/contoso.crm4.dynamics.com/main.aspx?etn=lead&id=${newer}&pagetype=entityrecord`,
      },
    });
  });

  test('one is read by its id, with its checks', async () => {
    expect((await read(`${connectionId}/validations/${older}`)).body).toMatchObject({
      ...{ validationId: older, passed: false, finishedAt: '2026-11-22T20:00:03.000Z' },
      checks: [{ check: 'url', status: 'failed', cause: 'No.', remedy: 'Correct it.' }],
    });
  });

  test.each([
    ['of another publisher', () => `${connectionId}/validation`, 'fabrikam'],
    ['by id of another publisher', () => `${connectionId}/validations/${older}`, 'fabrikam'],
    ['of an offer that has none', () => `${randomUUID()}/validation`, 'contoso'],
    ['under another offer', () => `${randomUUID()}/validations/${older}`, 'operator'],
    ['by what is no id', () => `x/validations/y`, 'operator'],
  ])('one %s is not found', async (_, path, who) => {
    expect((await read(path(), who)).status).toBe(404);
  });
});
