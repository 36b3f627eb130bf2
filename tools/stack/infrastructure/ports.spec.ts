import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { freePorts, refuseTakenPorts } from './ports.ts';

test('all ports that somebody else listens on are named, each with its setting, and no free one', async () => {
  const servers = [createServer(), createServer()];
  for (const server of servers)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const [free = 0] = await freePorts(1);
  const ports = [...servers.map((server) => (server.address() as AddressInfo).port), free];
  const refusal = refuseTakenPorts(
    ports.map((port, index) => ({ port, purpose: `purpose ${index}`, variable: `PORT_${index}` })),
  );
  try {
    await expect(refusal).rejects.toThrow(/purpose 0.*PORT_0[^]*purpose 1.*PORT_1[^]*Nothing was started/);
    await expect(refusal).rejects.not.toThrow('purpose 2');
  } finally {
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
  }
});
