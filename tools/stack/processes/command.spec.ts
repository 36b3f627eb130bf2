import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inheritedEnvironment } from '../config.ts';
import { pinnedNode } from './process.ts';

const part = (file: string): string => JSON.stringify(pathToFileURL(join(import.meta.dirname, file)).href);

describe('a command that is interrupted during long work', () => {
  test('says at once that it ends, and nothing more about the work', async () => {
    const code = `
      import { runCommand } from ${part('command.ts')};
      import { sayOnStderr } from ${part('narrator.ts')};
      await runCommand(async (shutdown) => {
        sayOnStderr('Working …');
        await shutdown.requested;
        // The work cannot be cut short: it goes on telling until it is done.
        await new Promise((done) => process.stdin.once('data', done));
        sayOnStderr('Working … 12 s');
        return 0;
      });`;
    const child = spawn(pinnedNode, ['--input-type=module', '-e', code], { env: inheritedEnvironment() });
    let said = '';
    const heard = Promise.withResolvers<void>();
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said === 'Working …\n') child.kill('SIGINT');
      if (said.includes('Ending')) heard.resolve();
    });
    const closed = once(child, 'close');
    // While the work still goes on.
    await Promise.race([heard.promise, closed]);
    child.stdin.end('done\n');
    await closed;
    expect(said).toBe('Working …\nEnding …\n');
  }, 30_000);
});
