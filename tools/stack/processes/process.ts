/** A program that the stack runs: its pid, its log, its end; and the guard that ends it when the launcher cannot. */
import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { givenEnvironment, inheritedEnvironment, root } from '../config.ts';
import type { Shutdown } from './shutdown.ts';

/** The Node that package-lock.json pins. */
export const pinnedNode = join(root, 'node_modules', '.bin', 'node');

/** How to start a program, and how to end it. */
export interface Program {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the machine's own environment. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Absolute path of the file that takes its standard output and standard error. */
  readonly log: string;
  /** The signal that makes it end in good order; SIGTERM unless it says otherwise. */
  readonly stopSignal?: NodeJS.Signals;
  readonly uid?: number;
  readonly gid?: number;
}

/** How a program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ManagedProcess {
  readonly name: string;
  readonly log: string;
  readonly pid: number;
  /** Undefined while it runs. */
  readonly exit: Exit | undefined;
  readonly exited: Promise<Exit>;
  /** True once kill or stop was called: this end was wanted. */
  readonly endWanted: boolean;
  /** Calls back when it ends and nobody had asked it to. */
  onUnexpectedEnd(listener: (process: ManagedProcess) => void): void;
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** Ends it in good order; after `graceMs` without an end, with SIGKILL. */
  stop(graceMs?: number): Promise<Exit>;
  /** What it has written since it was started. */
  output(): string;
  /** The last lines of that. */
  lastLines(count?: number): string;
}

let guard: ChildProcess | undefined;

function tellGuard(line: string): void {
  if (!guard) {
    guard = spawn(pinnedNode, [join(import.meta.dirname, 'guard.mjs')], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: inheritedEnvironment(),
    });
    guard.unref();
    // A guard that is gone protects nothing, but the stack itself goes on.
    guard.stdin?.on('error', () => undefined);
    // The pipe alone must not keep the launcher alive.
    (guard.stdin as unknown as { unref(): void }).unref();
  }
  guard.stdin?.write(`${line}\n`);
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches the launcher alone and the parts end in
 * good order. Its output goes to its log file.
 */
export async function startProgram(program: Program): Promise<ManagedProcess> {
  mkdirSync(dirname(program.log), { recursive: true });
  appendFileSync(program.log, `--- ${new Date().toISOString()} ${program.name} starts\n`);
  const before = statSync(program.log).size;
  const log = openSync(program.log, 'a');
  const child = spawn(program.file, [...program.args], {
    cwd: program.cwd ?? root,
    env: { ...inheritedEnvironment(), ...program.env },
    detached: true,
    stdio: ['ignore', log, log],
    ...(program.uid === undefined ? {} : { uid: program.uid }),
    ...(program.gid === undefined ? {} : { gid: program.gid }),
  });
  closeSync(log);
  await once(child, 'spawn');
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${program.name} has no pid after it was started.`);
  const stopSignal = program.stopSignal ?? 'SIGTERM';
  tellGuard(`+${pid} ${stopSignal}`);

  let exit: Exit | undefined;
  let endWanted = false;
  const unexpectedEnd: ((process: ManagedProcess) => void)[] = [];
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      tellGuard(`-${pid}`);
      resolve(exit);
      if (!endWanted) for (const listener of unexpectedEnd) listener(managed);
    });
  });
  const send = (signal: NodeJS.Signals): void => {
    endWanted = true;
    child.kill(signal);
  };
  const output = (): string => readFileSync(program.log).subarray(before).toString('utf8');
  const managed: ManagedProcess = {
    name: program.name,
    log: program.log,
    pid,
    exited,
    get exit() {
      return exit;
    },
    get endWanted() {
      return endWanted;
    },
    async kill(signal) {
      send(signal);
      return exited;
    },
    async stop(graceMs = 10_000) {
      send(stopSignal);
      const patience = new AbortController();
      const late = sleep(graceMs, 'late' as const, { signal: patience.signal }).catch(() => 'ended' as const);
      const first = await Promise.race([exited, late]);
      patience.abort();
      if (first === 'late') send('SIGKILL');
      return exited;
    },
    output,
    lastLines(count = 15) {
      return output().trimEnd().split('\n').slice(-count).join('\n');
    },
    onUnexpectedEnd(listener) {
      unexpectedEnd.push(listener);
    },
  };
  return managed;
}

/** Runs a program to its end; answers its output, or throws with the exit code and that output. */
export async function runToEnd(
  file: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; uid?: number; gid?: number } = {},
): Promise<string> {
  const { env, ...rest } = options;
  const child = spawn(file, [...args], {
    cwd: root,
    ...rest,
    env: { ...inheritedEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new CommandFailed(file, args, code, output.trimEnd());
  return output;
}

/**
 * Runs a program with this command's own environment and its output in view, to its end; answers its exit code
 * (128 and the signal's number where one ended it). Ends it and throws once an end is asked for.
 */
export async function runInView(
  file: string,
  args: readonly string[],
  options: { env?: Record<string, string>; stdio?: StdioOptions; shutdown: Shutdown },
): Promise<number> {
  const { env, stdio = 'inherit', shutdown } = options;
  const child = spawn(file, [...args], { env: { ...givenEnvironment(), ...env }, stdio });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  try {
    return await Promise.race([ended, shutdown.interrupted]);
  } catch (error) {
    child.kill('SIGTERM');
    await ended.catch(() => undefined);
    throw error;
  }
}

/** A program ended with something other than 0. */
export class CommandFailed extends Error {
  readonly code: number | null;
  readonly output: string;
  constructor(file: string, args: readonly string[], code: number | null, output: string) {
    super(`${[file, ...args].join(' ')} ended with exit code ${code ?? 'unknown'}:\n${output}`);
    this.code = code;
    this.output = output;
  }
}

/** How an end reads in a sentence. */
export function describeExit(exit: Exit): string {
  return exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code ?? 'unknown'}`;
}
