/** What `npm start` keeps between runs, all of it below `.local/` or in two Docker volumes named after the checkout. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../config.ts';
import type { Way } from '../config.ts';
import type { PublishedConnection } from './connection.ts';
import { Unready } from '../failure.ts';

export const localDir = join(root, '.local');
export const lockFile = join(localDir, 'start.lock');

const checkout = createHash('sha256').update(root).digest('hex').slice(0, 8);
/** Where the data of the containers is kept. */
export const localVolumes = {
  kafka: `${basename(root)}-${checkout}-kafka`,
  postgres: `${basename(root)}-${checkout}-postgres`,
};

/**
 * What `npm run reset` did, in sentences. `volumes` are the Docker volumes that it removed; undefined where no engine
 * answered that could have.
 */
export function describeReset(done: { local: boolean; volumes: readonly string[] | undefined }): string {
  const { local, volumes } = done;
  const removed = [
    ...(local ? ['.local/'] : []),
    ...(volumes ?? []).map((name) => `the Docker volume ${name}`),
  ];
  const sentences = [
    removed.length === 0
      ? 'There was nothing to clear of npm start; docker compose down -v clears what docker compose keeps.'
      : `Cleared ${removed.join(', ')}: what earlier runs kept there is gone.`,
  ];
  if (volumes === undefined) {
    sentences.push(
      `No Docker engine answers here: if earlier runs used one, their volumes (${Object.values(localVolumes).join(', ')}) are still there; start Docker and run npm run reset again.`,
    );
  }
  return sentences.join('\n');
}

/** How credentials says, at its start, that the stored secrets are under another master key than the one it has. */
export const masterKeyDoesNotFit = 'master key is not the one that this database was set up with';

/** Names the remedy where the keys in `.local/` and the kept database are not of the same runs. */
export function withRemedy(error: unknown): unknown {
  if (!(error instanceof Unready) || !error.message.includes(masterKeyDoesNotFit)) return error;
  return new Unready(
    `${error.message}\n\nThe key in .local/keys/ and the kept database are not of the same runs. The data of local runs is throw-away: npm run reset clears both, and the next npm start begins anew.`,
  );
}

/** What one run tells the next. */
export interface Memory {
  /** The way that the data was made. */
  readonly way: Way;
  readonly connection: PublishedConnection;
}

const memoryFile = join(localDir, 'start.json');

export function recall(): Memory | undefined {
  if (!existsSync(memoryFile)) return undefined;
  try {
    return JSON.parse(readFileSync(memoryFile, 'utf8')) as Memory;
  } catch {
    // Cut short by a crash; the next lines of the run write it anew.
    return undefined;
  }
}

/** The lead address holds a key: the file is for its owner alone. */
export function remember(memory: Memory): void {
  mkdirSync(localDir, { recursive: true });
  writeFileSync(memoryFile, `${JSON.stringify(memory, null, 2)}\n`, { mode: 0o600 });
}
