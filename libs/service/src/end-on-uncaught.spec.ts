import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const FIXTURE = fileURLToPath(new URL('./end-on-uncaught.fixture.ts', import.meta.url));

/** Runs a process with a fault in it; what it logged and did, and how it ended. */
async function run(fault: string, ending: string): Promise<{ lines: unknown[]; code: number | null }> {
  const options = ['--conditions=leads-source', '--experimental-transform-types', '--no-warnings'];
  const child = spawn(process.execPath, [...options, FIXTURE, fault, ending], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines = (await text(child.stdout)).trim().split('\n');
  return { lines: lines.map((line) => JSON.parse(line) as unknown), code: await ended };
}

const told = (error: string) => ({
  what: 'an error was caught by nobody, which is a defect; the process ends',
  error: `Error: ${error}`,
});
const closing = { closing: true };
const disorder = (error: string) => ({ what: 'the process did not end in good order', error });

describe('an error that nobody caught', () => {
  test.each(['rejection', 'exception'])(
    '(%s) is logged, and the process ends in good order',
    async (fault) => {
      expect(await run(fault, 'well')).toEqual({ lines: [told('broken'), closing], code: 1 });
    },
  );

  test('ends the process soon even where what is under way does not end', async () => {
    const lines = [told('broken'), closing, disorder('TimedOut: no answer within 50 ms')];
    expect(await run('exception', 'stuck')).toEqual({ lines, code: 1 });
  });

  test('ends the process where the orderly end fails', async () => {
    expect(await run('rejection', 'failing')).toEqual({
      lines: [told('broken'), closing, disorder('Error: cannot')],
      code: 1,
    });
  });

  test('is logged when a second one follows, and the end is not begun twice', async () => {
    const { lines, code } = await run('twice', 'stuck');
    expect(lines).toEqual([
      told('broken'),
      closing,
      told('and again'),
      disorder('TimedOut: no answer within 50 ms'),
    ]);
    expect(code).toBe(1);
  });
});
