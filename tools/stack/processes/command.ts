/** The frame around every command: signals, one clear sentence for what went wrong, and the exit code. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Unready } from '../failure.ts';
import { Interrupted, listenForShutdown } from './shutdown.ts';
import type { Shutdown } from './shutdown.ts';

/** Gives the work a folder that is removed when its exit code is 0 or it is interrupted, and kept and named otherwise. */
export async function inThrowAwayFolder(
  name: string,
  work: (dataDir: string) => Promise<number>,
): Promise<number> {
  let keep = true;
  const dataDir = mkdtempSync(join(tmpdir(), `${name}-`));
  // Its owner may not be who runs the database in it.
  chmodSync(dataDir, 0o711);
  try {
    const code = await work(dataDir);
    keep = code !== 0;
    return code;
  } catch (error) {
    keep = !(error instanceof Interrupted);
    throw error;
  } finally {
    if (keep) process.stderr.write(`Data and logs of this run are kept in ${dataDir}\n`);
    else rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Runs a command to its end and leaves the process with its exit code. */
export async function runCommand(command: (shutdown: Shutdown) => Promise<number>): Promise<never> {
  const shutdown = listenForShutdown();
  // Neither a signal handler nor a promise keeps a process alive.
  setInterval(() => undefined, 60_000);
  let code: number;
  try {
    code = await command(shutdown);
  } catch (error) {
    if (error instanceof Interrupted) {
      code = 128 + (constants.signals[error.message as NodeJS.Signals] ?? constants.signals.SIGTERM);
    } else {
      code = 1;
      const text = error instanceof Unready ? error.message : `This was not expected: ${String(error)}`;
      process.stderr.write(`${text}\n`);
      if (!(error instanceof Unready) && error instanceof Error)
        process.stderr.write(`${error.stack ?? ''}\n`);
    }
  }
  process.exit(code);
}
