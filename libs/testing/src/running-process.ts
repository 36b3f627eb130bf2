/** A program as a process of its own, so that a test can look at it from outside and kill it for real. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.ts';

export interface RunningProcess {
  /** `-1` where it could not be started. */
  pid: number;
  /** Everything it has written, standard output and standard error. */
  output: () => string;
  /** The first match in what it writes, once that has come; within 30 s, and before it ends, or it is killed. */
  says: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Its exit code once it has ended; `null` where a signal ended it. */
  ended: Promise<number | null>;
  /** Sends the signal and waits for the end. */
  end: (signal?: NodeJS.Signals) => Promise<void>;
}

/**
 * Starts a built file.
 * @param environment the whole of it
 */
export function startProcess(file: URL, environment: Record<string, string>): RunningProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', file.pathname], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const gather = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', gather);
  child.stderr.on('data', gather);
  // A test run that ends in a hurry leaves nothing behind.
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const ended = once(child, 'close').then(() => {
    process.off('exit', endWithUs);
    return child.exitCode;
  });
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    pid: child.pid ?? -1,
    output: () => output,
    ended,
    end,
    says: async (pattern) => {
      try {
        const found = await eventually(() => matchIn(child, output, pattern), { timeoutMs: 30_000 });
        if (!found) throw new Error('It has ended.');
        return found;
      } catch (error) {
        await end('SIGKILL');
        throw new Error(`It did not say ${String(pattern)}. ${String(error)} It wrote:\n${output}`, {
          cause: error,
        });
      }
    },
  };
}

/** `null` once it has ended, for then there is nothing to wait for. */
function matchIn(child: ChildProcess, output: string, pattern: RegExp): RegExpExecArray | null {
  const found = pattern.exec(output);
  if (!found && child.exitCode === null && child.signalCode === null) throw new Error('It is still running.');
  return found;
}
