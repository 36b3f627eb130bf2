import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { hearAnswers, type HeardAnswers } from './hear-answers.ts';

let servers: Server[];
let origins: string[];
let heard: HeardAnswers;

beforeEach(async () => {
  servers = [0, 1].map(() =>
    createServer((request, response) => {
      response.setHeader('x-asked', request.url ?? '');
      if (request.url === '/endless')
        response.setHeader('content-type', 'text/event-stream').write('data: {}\n\n');
      else response.end(`answer to ${request.url}`);
    }),
  );
  for (const server of servers) await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origins = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  heard = hearAnswers(() => origins.slice(0, 1));
});
afterEach(() => {
  heard.stop();
  for (const server of servers) server.close().closeAllConnections();
});

test('what a service answers is heard with its headers, and read by who asked all the same', async () => {
  const answer = await fetch(`${origins[0]}/one`);
  expect(await answer.text()).toBe('answer to /one');
  expect(heard.text()).toContain('answer to /one');
  expect(heard.text()).toContain('["x-asked","/one"]');
});

test('what others answer is not, and a stream of events is waited for by nobody', async () => {
  await fetch(`${origins[1]}/two`);
  const stream = await fetch(`${origins[0]}/endless`);
  expect(heard.text()).toContain('["x-asked","/endless"]');
  expect(heard.text()).not.toContain('two');
  await stream.body?.cancel();
});

test('nothing is heard any more once that is ended', async () => {
  heard.stop();
  await fetch(`${origins[0]}/three`);
  expect(heard.text()).toBe('');
});
