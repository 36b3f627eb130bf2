import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readMarketplaceLead, topics } from '@leads/contracts';
import { Publisher } from '@leads/kafka';
import { sendRaw } from '@leads/kafka/testing';
import { contosoHost, eventually } from '@leads/testing';
import { startTestStack, type TestStack } from '@leads/tools';
import pg from 'pg';
import { leadNumber, post } from './marketplace.ts';

let stack: TestStack;
let publisher: Publisher;

beforeAll(async () => {
  stack = await startTestStack({ serviceSettings: { REFUSED_ALONE_SECONDS: '5' } });
  publisher = new Publisher(stack.kafkaAs('portal'));
}, 120_000);
afterAll(async () => {
  await publisher.disconnect();
  await stack.stop();
}, 60_000);

/** The gauges of the one connection, by their short names. */
async function counts(): Promise<Record<string, number>> {
  const answer = await fetch(`${stack.services['dynamics-writer'].healthUrl}/metrics`);
  const found = (await answer.text()).matchAll(/^writer_leads_(\w+)\{connection="[^"]+"\} (\d+)$/gm);
  return Object.fromEntries([...found].map(([, name = '', value]) => [name, Number(value)]));
}

const TIME = { timeoutMs: 30_000 };

describe('an operator', () => {
  test('validates a connection: a test lead is in Dynamics, marked in the mail, and counted as nobody’s', async () => {
    const { url, apiKey } = stack.credentialsApi;
    const answer = await fetch(`${url}/api/connections/${stack.connection.connectionId}/validate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
    });
    expect(answer.status).toBe(202);
    const { validationId } = (await answer.json()) as { validationId: string };
    await eventually(async () => {
      const records = await stack.emulators.control.leads(contosoHost);
      expect(records.map(({ leadid }) => leadid)).toEqual([validationId]);
    }, TIME);
    await eventually(async () => {
      const mails = await stack.emulators.control.mails();
      // One for each contact.
      const isTest: unknown = expect.stringContaining('[Test]');
      expect(mails.map(({ subject }) => subject)).toEqual([isTest, isTest]);
    }, TIME);
    expect(await counts()).toMatchObject({ accepted: 0, written: 0, pending: 0, dead: 0 });
  });

  test('replays a dead lead once its cause is gone, and every lead is accounted for all the time', async () => {
    await stack.emulators.control.changeOrganization(contosoHost, {
      plugins: [{ column: 'lastname', contains: 'Trujillo 7' }],
    });
    const leadId = await post(stack.connection.leadAddress, leadNumber(7));
    await eventually(
      async () => expect(await counts()).toMatchObject({ accepted: 1, written: 0, pending: 0, dead: 1 }),
      // A plug-in that refuses is asked a few times before it is believed.
      { timeoutMs: 90_000 },
    );
    await stack.emulators.control.changeOrganization(contosoHost, { plugins: [] });
    const { connectionId } = stack.connection;
    const at = new Date().toISOString();
    await publisher.publish(topics.replays, [
      { replayId: randomUUID(), connectionId, requestedBy: 'e2e', at },
    ]);
    await eventually(async () => {
      const records = await stack.emulators.control.leads(contosoHost);
      expect(records.map(({ leadid }) => leadid)).toContain(leadId);
      expect(await counts()).toMatchObject({ accepted: 1, written: 1, pending: 0, dead: 0 });
    }, TIME);
  }, 150_000);

  test('puts a record back that could not be read, once it can be: it is written, once', async () => {
    const { connectionId } = stack.connection;
    const leadId = randomUUID();
    const lead = readMarketplaceLead(leadNumber(8));
    if (!lead) throw new Error('It is no lead.');
    const accepted = {
      leadId,
      connectionId,
      acceptedAt: new Date().toISOString(),
      isTest: false,
      lead,
      original: '',
    };
    await sendRaw(stack.kafkaAs('ingest-gateway'), topics.leadsAccepted, [{ key: connectionId, value: '{' }]);
    const database = new pg.Client({ connectionString: stack.database.url });
    await database.connect();
    // What a newer version could read stands in its place.
    await eventually(async () => {
      const { rowCount } = await database.query(
        `update writer.undecodable set value = $1 where topic = 'leads.accepted.v1'`,
        [Buffer.from(JSON.stringify(accepted))],
      );
      expect(rowCount).toBe(1);
    }, TIME);
    await database.end();
    expect(await putBack()).toMatch(/writer: 1 of leads\.accepted\.v1, .*Nothing was changed\./s);
    expect(await putBack('--do', '--topic', 'leads.accepted.v1')).toContain(
      'writer: 1 of 1 of leads.accepted.v1 were taken.',
    );
    expect(await putBack()).not.toContain('writer:');
    await eventually(async () => {
      const records = await stack.emulators.control.leads(contosoHost);
      expect(records.filter(({ leadid }) => leadid === leadId)).toHaveLength(1);
      expect(await counts()).toMatchObject({ written: 2, pending: 0 });
    }, TIME);
  }, 150_000);
});

/** Runs the command as the writer's role. @returns what it says */
async function putBack(...wanted: string[]): Promise<string> {
  const { database } = stack;
  const command = fileURLToPath(new URL('../libs/service/dist/put-back.command.js', import.meta.url));
  const env = database.secured?.environmentOf('dynamics-writer') ?? { DATABASE_URL: database.url };
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...wanted], { env });
  return stdout;
}
