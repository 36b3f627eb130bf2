/** Where a measurement's stack lives: free ports, a throw-away folder, and a look into its database. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeFixedPorts, type StackOptions } from '@leads/tools';
import pg from 'pg';

export interface Place extends Pick<StackOptions, 'dataDir' | 'ports' | 'say'> {
  query: (url: string, text: string) => Promise<number>;
}

export async function inThrowAwayPlace<Result>(work: (place: Place) => Promise<Result>): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'leads-bench-'));
  chmodSync(dataDir, 0o711);
  const clients = new Map<string, Promise<pg.Client>>();
  const query = async (url: string, text: string): Promise<number> => {
    let client = clients.get(url);
    if (!client) {
      client = connect(url);
      clients.set(url, client);
    }
    const { rows } = await (await client).query<{ value: string | number }>(text);
    return Number(rows[0]?.value ?? 0);
  };
  try {
    return await work({ dataDir, ports: await freeFixedPorts(), say: () => undefined, query });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // The stack ends before this connection does.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
