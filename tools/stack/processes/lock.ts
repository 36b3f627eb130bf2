/** One `npm start` at a time in a checkout: a file with the pid of the one that runs. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Unready } from '../failure.ts';

/** Takes the lock; answers how to release it, or throws one sentence where another process holds it. */
export function takeLock(path: string, whatIsRefused: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(readFileSync(path, 'utf8'));
    if (lives(holder)) {
      throw new Unready(
        `npm start already runs here (pid ${holder}). ${whatIsRefused} End that one first: Ctrl-C where it runs, or kill ${holder}.`,
      );
    }
    // Its holder was killed and could not take it away.
    writeFileSync(path, String(process.pid));
  }
  return () => rmSync(path, { force: true });
}

function lives(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
