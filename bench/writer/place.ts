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
  const pools = new Map<string, pg.Pool>();
  const query = async (url: string, text: string): Promise<number> => {
    const pool = pools.get(url) ?? openPool(url);
    pools.set(url, pool);
    const { rows } = await pool.query<{ value: string | number }>(text);
    return Number(rows[0]?.value ?? 0);
  };
  try {
    return await work({ dataDir, ports: await freeFixedPorts(), say: () => undefined, query });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // The stack ends before its pool does.
  pool.on('error', () => undefined);
  return pool;
}
