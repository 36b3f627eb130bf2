/**
 * The optional memory on disk: an append-only file of JSON lines, read back at start, written in the
 * background. A crash loses at most the last few milliseconds; a clean stop loses nothing.
 */
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FLUSH_EVERY_MS = 25;

export interface Journal {
  /** Appends one line that is JSON already. */
  readonly append: (line: string) => void;
  /** Writes what is pending and closes the file. */
  readonly close: () => Promise<void>;
}

export const noJournal: Journal = { append: () => undefined, close: () => Promise.resolve() };

const fileOf = (dataDir: string): string => join(dataDir, 'journal.jsonl');

/** Reads the journal line by line into `replay`; a line that a crash cut short is dropped. */
export async function readJournal(dataDir: string, replay: (entry: unknown) => void): Promise<void> {
  if (!existsSync(fileOf(dataDir))) return;
  const lines = createInterface({ input: createReadStream(fileOf(dataDir)), crlfDelay: Infinity });
  for await (const line of lines) {
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      continue;
    }
    replay(entry);
  }
}

/** Opens the journal for appending, `dataDir` being made when it is not there. */
export async function openJournal(dataDir: string): Promise<Journal> {
  await mkdir(dataDir, { recursive: true });
  const file = await open(fileOf(dataDir), 'a', 0o600);
  // A crash may have left half a line; what follows must not be glued to it.
  let pending = '\n';
  let writing: Promise<void> | undefined;

  const flush = (): void => {
    if (writing !== undefined || pending === '') return;
    const lines = pending;
    pending = '';
    writing = file.appendFile(lines).then(
      () => {
        writing = undefined;
      },
      (error: unknown) => {
        writing = undefined;
        process.stderr.write(
          `${JSON.stringify({ emulators: 'journal not written', error: String(error) })}\n`,
        );
      },
    );
  };
  const timer = setInterval(flush, FLUSH_EVERY_MS);
  timer.unref();
  return {
    append: (line) => {
      pending += `${line}\n`;
    },
    close: async () => {
      clearInterval(timer);
      await writing;
      flush();
      await writing;
      await file.close();
    },
  };
}
