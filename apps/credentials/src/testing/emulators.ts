/** Microsoft's side, as a process of its own. */
import { jest } from '@jest/globals';
import { startChild } from './child.ts';

// On a machine that is busy with other tests, processes take their time.
jest.setTimeout(60_000);

export interface RunningEmulators {
  /** What MICROSOFT_RESOLVER is set to. */
  url: string;
  /** Calls the control API. */
  control: (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;
  /** How many requests came to the login hosts so far. */
  signIns: () => Promise<number>;
  close: () => Promise<void>;
}

/** Starts the emulators on free ports, with Contoso's directory and organisation. */
export async function startEmulators(): Promise<RunningEmulators> {
  const main = new URL('../../../emulators/dist/main.js', import.meta.url);
  const child = startChild(main, { EMULATORS_HTTP_PORT: '0', EMULATORS_SMTP_PORT: '0' });
  const [, port] = await child.says(/"http":(\d+)/);
  const url = `http://127.0.0.1:${port}`;

  const control: RunningEmulators['control'] = async (method, path, body) => {
    const sent = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${url}/control/${path}`, { method, ...(body === undefined ? {} : sent) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  return {
    url,
    control,
    signIns: async () => {
      const { requests } = await control('GET', 'requests?path=/oauth2/v2.0/token');
      return (requests as unknown[]).length;
    },
    close: () => child.kill(),
  };
}
