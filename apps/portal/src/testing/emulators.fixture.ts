/** Microsoft's side, as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@leads/testing';

export interface RunningEmulators {
  /** What MICROSOFT_RESOLVER is set to. */
  url: string;
  /** Calls the control API. */
  control: (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;
  close: () => Promise<void>;
}

/** Starts the emulators on free ports, with their seed. */
export async function startEmulators(): Promise<RunningEmulators> {
  const main = fileURLToPath(new URL('../../../emulators/dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { EMULATORS_HTTP_PORT: '0', EMULATORS_SMTP_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const url = await eventually(
    () => {
      const port = /"http":(\d+)/.exec(output)?.[1];
      if (port === undefined) throw new Error('The emulators are not ready.');
      return `http://127.0.0.1:${port}`;
    },
    { timeoutMs: 30_000 },
  );
  return {
    url,
    control: async (method, path, body) => {
      const sent = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const answer = await fetch(`${url}/control/${path}`, { method, ...(body === undefined ? {} : sent) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
