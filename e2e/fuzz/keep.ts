/** What of a run is kept in `.local/fuzz-bodies`: how far it has come, and each body with which something was wrong. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { localDir, root } from '@leads/tools';
import type { Body } from './body.ts';

const folder = join(localDir, 'fuzz-bodies');
const stateFile = join(folder, 'state.json');

/** How far a run has come. */
export interface Progress {
  seed: number;
  count: number;
  /** How many bodies of its order have been judged. */
  done: number;
  /** How many findings there were. */
  findings: number;
  seconds: number;
  /** How many answers there were, by status; and of each kind of body, how many were taken in. */
  answers: Record<string, number>;
  accepted: Record<string, number>;
  /** How often the gate was closed, and how often an answer was late. */
  closed: number;
  late: number;
}

export function newProgress({ seed, count }: Pick<Progress, 'seed' | 'count'>): Progress {
  return { seed, count, done: 0, findings: 0, seconds: 0, answers: {}, accepted: {}, closed: 0, late: 0 };
}

/** The progress of the run before, where it is to go on; else a new one, and what was kept is gone. */
export function openProgress(wanted: Pick<Progress, 'seed' | 'count'>, resume: boolean): Progress {
  if (resume && existsSync(stateFile)) return JSON.parse(readFileSync(stateFile, 'utf8')) as Progress;
  rmSync(folder, { recursive: true, force: true });
  return newProgress(wanted);
}

export function keepProgress(progress: Progress): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${stateFile}.new`, JSON.stringify(progress, undefined, 2));
  renameSync(`${stateFile}.new`, stateFile);
}

/** @returns the command that posts it again */
export function keepBody({ bytes, ...body }: Body, what: string, name: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(`${file}.body`, bytes);
  const command = `npm run fuzz -- bodies --again ${relative(root, file)}.json`;
  writeFileSync(`${file}.json`, JSON.stringify({ what, command, ...body }, undefined, 2));
  return command;
}

/** @param file the `.json` of a body that was kept */
export function keptBody(file: string): Body {
  const { kind, headers, holds } = JSON.parse(readFileSync(file, 'utf8')) as Omit<Body, 'bytes'>;
  return { kind, headers, ...(holds && { holds }), bytes: readFileSync(file.replace(/json$/, 'body')) };
}
