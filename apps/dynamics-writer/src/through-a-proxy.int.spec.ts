import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { LeadOutcome } from '@leads/contracts';
import { lead, runLane } from '@leads/delivery/testing';
import { eventually } from '@leads/testing';
import { dynamics, tokensFor } from './testing/running-lane.ts';
import { startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';

/** The one that the lane of the schema is for. */
const organization = 'https://contoso.crm4.dynamics.com';

let schema: WriterSchema;
/** A proxy that lets nobody through. */
let proxy: Server;
let address: string;
/** Where it was asked for a tunnel to. */
let asked: string[];

beforeAll(async () => {
  schema = await startWriterSchema();
  proxy = createServer((_request, response) => response.writeHead(500).end());
  proxy.on('connect', ({ url }, socket) => {
    asked.push(url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await schema.close();
  proxy.close();
});
beforeEach(async () => {
  await schema.begin();
  asked = [];
});

test('behind a proxy the writer asks it for a tunnel to the organization, and to nothing else; a lead waits where there is none', async () => {
  await schema.takeIn(lead());
  const settings = { MICROSOFT_RESOLVER: undefined, HTTPS_PROXY: `http://${address}` };
  const tokens = tokensFor({ organization, accessToken: 'token' });
  const running = await runLane(schema, dynamics(schema, '', tokens, settings));
  try {
    await eventually(async () => {
      const rows = await schema.database.selectFrom('outbox').select('value').execute();
      const outcomes = rows.map(({ value }) => LeadOutcome.parse(JSON.parse(value)));
      expect(outcomes).toMatchObject([{ outcome: 'deferred', reason: { cause: 'unreachable' } }]);
    });
  } finally {
    await running.stop();
  }
  expect(new Set(asked)).toEqual(new Set(['contoso.crm4.dynamics.com:443']));
});
