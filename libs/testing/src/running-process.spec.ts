import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningProcess, startProcess } from './running-process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/running-process-`);
});
afterAll(() => rm(folder, { recursive: true }));

async function run(program: string): Promise<RunningProcess> {
  await writeFile(`${folder}/program.mjs`, program);
  return startProcess(pathToFileURL(`${folder}/program.mjs`), { GREETING: 'port 40123' });
}

test('what it says is matched, and a signal ends it', async () => {
  const program = await run('console.log(process.env.GREETING); setInterval(() => undefined, 1000);');
  expect((await program.says(/port (\d+)/))[1]).toBe('40123');
  await program.end();
  expect(await program.ended).toBeNull();
});

test('its exit code is told, with what it wrote on either stream', async () => {
  const program = await run('console.log("one"); console.error("two"); process.exitCode = 3;');
  expect(await program.ended).toBe(3);
  expect(program.output().split('\n').sort()).toEqual(['', 'one', 'two']);
});

test('one that ends without saying what is waited for is not waited for, and quoted', async () => {
  const program = await run('console.log("no such setting");');
  await expect(program.says(/ready/)).rejects.toThrow(/did not say .*It wrote:\nno such setting/s);
});
