/** Where a throw-away stack lives: free ports, a folder that goes with it, and a look into its database. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freeFixedPorts } from './infrastructure/ports.ts';
import type { StackOptions } from './stack.ts';

export interface Place extends Pick<StackOptions, 'dataDir' | 'ports' | 'say'> {
  /** The rows of a query. */
  query: <Row>(url: string, text: string) => Promise<Row[]>;
}

export async function inThrowAwayPlace<Result>(work: (place: Place) => Promise<Result>): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'leads-bench-'));
  chmodSync(dataDir, 0o711);
  const pools = new Map<string, pg.Pool>();
  const query = async <Row>(url: string, text: string): Promise<Row[]> => {
    const pool = pools.get(url) ?? openPool(url);
    pools.set(url, pool);
    const { rows } = await pool.query(text);
    return rows as Row[];
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
