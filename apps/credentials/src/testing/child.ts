/** A program as a process of its own, for tests from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Child {
  /** Everything written so far, on either stream. */
  output: () => string;
  /** The first match of what is written; rejects when the program ends without it. */
  says: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves with the exit code once it has ended by itself. */
  ended: Promise<number | null>;
  kill: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts a built file with exactly these variables. */
export function startChild(file: URL, environment: Record<string, string>): Child {
  const child: ChildProcess = spawn(process.execPath, ['--enable-source-maps', file.pathname], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = once(child, 'close').then(() => child.exitCode);
  return {
    output: () => output,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (!match) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        ended.then(() => reject(new Error(`It ended without saying ${String(pattern)}:\n${output}`)), reject);
      }),
    ended,
    kill: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
    },
  };
}
