import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createHttpSite, type HttpSite, type Serve } from './server.ts';

let site: HttpSite | undefined;
let reported: string[] = [];
afterEach(() => {
  reported = [];
  site?.server.closeAllConnections();
  site?.server.close();
});

const ask = async (serve: Serve): Promise<Response> => {
  site = createHttpSite(
    serve,
    () => false,
    Date.now,
    (text) => reported.push(text),
  );
  const { server } = site;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
};

// What goes wrong inside is told to the caller and reported; the process goes on.
test.each<[string, Serve]>([
  [
    'at once',
    () => {
      throw new Error('a mistake of ours');
    },
  ],
  ['later', () => Promise.reject(new Error('a mistake of ours'))],
])('a mistake of the emulator itself, %s, is answered 500', async (_case, serve) => {
  const answer = await ask(serve);
  expect(answer.status).toBe(500);
  expect(await answer.text()).toContain('a mistake of ours');
  expect(reported).toEqual([expect.stringContaining('server.spec.ts')]);
});
