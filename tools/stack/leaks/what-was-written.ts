/** What a stack has written: its topics as they lie on the broker's disk, its tables, its logs, its mails. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** Every record of the topics that begin so. Ours are not compressed, so that their bytes are their texts. */
export function readTopics(brokerData: string, prefix: string): string {
  const texts: string[] = [];
  for (const partition of readdirSync(brokerData)) {
    if (!partition.startsWith(prefix)) continue;
    const segments = readdirSync(join(brokerData, partition)).filter((file) => file.endsWith('.log'));
    texts.push(...segments.map((file) => readFileSync(join(brokerData, partition, file), 'latin1')));
  }
  return texts.join('\n');
}

/** Every row of every table that somebody made, as text. */
export async function readTables(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ line: string }>(`select t::text as line from ${name} t`);
      texts.push(name, ...rows.map(({ line }) => line));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

/** Every log of a folder. */
export function readLogs(folder: string): string {
  const files = readdirSync(folder);
  return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
}
