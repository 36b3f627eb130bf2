import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inheritedEnvironment } from '../config.ts';
import { until } from './narrator.ts';
import { pinnedNode, startProgram } from './process.ts';

const stays = 'setInterval(() => {}, 1000); console.log("up")';
const staysWhatever = `process.on('SIGTERM', () => {}); ${stays}`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leads-process-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function started(code: string): ReturnType<typeof startProgram> {
  const program = await startProgram({
    name: 'program',
    file: pinnedNode,
    args: ['-e', code],
    log: join(folder, 'program.log'),
  });
  const up = await until(() => Promise.resolve(program.output().includes('up') || undefined), {
    timeoutMs: 20_000,
  });
  expect(up).toBe(true);
  return program;
}

describe('a program of the stack', () => {
  test('ends in good order when it is stopped, and nobody is alarmed', async () => {
    const program = await started(stays);
    let alarmed = false;
    program.onUnexpectedEnd(() => (alarmed = true));
    expect(await program.stop()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(alarmed).toBe(false);
  }, 30_000);

  test('that does not end when it is asked to is made to', async () => {
    const program = await started(staysWhatever);
    expect(await program.stop(100)).toEqual({ code: null, signal: 'SIGKILL' });
  }, 30_000);

  test('that ends by itself raises the alarm, with the last lines of its log', async () => {
    const program = await startProgram({
      name: 'program',
      file: pinnedNode,
      args: ['-e', 'console.log("the reason"); process.exitCode = 3'],
      log: join(folder, 'program.log'),
    });
    const alarm = Promise.withResolvers<string>();
    program.onUnexpectedEnd(({ exit }) => alarm.resolve(`${exit?.code} ${program.lastLines(1)}`));
    expect(await alarm.promise).toBe('3 the reason');
  }, 30_000);

  test('is ended when its launcher is killed with a signal that nobody can catch', async () => {
    const launcher = `
      import { startProgram } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'process.ts')).href)};
      const program = await startProgram({
        name: 'orphan', file: process.execPath, args: ['-e', ${JSON.stringify(stays)}], log: ${JSON.stringify(join(folder, 'orphan.log'))},
      });
      process.stdout.write(String(program.pid));
      setInterval(() => {}, 1000);`;
    const child = spawn(pinnedNode, ['--input-type=module', '-e', launcher], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: inheritedEnvironment(),
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const orphan = Number(line.toString());
    const lived = lives(orphan);
    child.kill('SIGKILL');
    expect(lived).toBe(true);
    expect(await until(() => Promise.resolve(!lives(orphan) || undefined), { timeoutMs: 15_000 })).toBe(true);
  }, 40_000);
});
