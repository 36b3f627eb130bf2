/** Microsoft's side, as a process of its own, with an organisation for each test. */
import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Outbound } from '@leads/service';
import { eventually } from '@leads/testing';

// On a machine that is busy with other tests, processes take their time.
jest.setTimeout(60_000);

const TENANT = '12345678-8af1-4a5f-8234-12234d01db47';
const CLIENT = '23456052-aaaa-4bbb-8662-1234df56788f';
const SECRET = 'emulated-client-secret-for-local-runs-only';

export interface Organization {
  /** Its origin. */
  organization: string;
  accessToken: string;
  http: Outbound;
  host: string;
}

export interface Emulators {
  url: string;
  /** Calls the control API. */
  control: (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;
  /** Makes an organisation with Contoso's application in it, and gets a token for it. */
  organization: (settings?: Record<string, unknown>) => Promise<Organization>;
  close: () => Promise<void>;
}

export async function startEmulators(): Promise<Emulators> {
  const main = fileURLToPath(new URL('../../../emulators/dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { EMULATORS_HTTP_PORT: '0', EMULATORS_SMTP_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const port = await eventually(() => {
    const found = /"http":(\d+)/.exec(output)?.[1];
    if (found === undefined) throw new Error('The emulators do not listen.');
    return found;
  });
  const url = `http://127.0.0.1:${port}`;
  const http = new Outbound({ resolver: url, connections: 8, timeoutMs: 5_000, maxBodyBytes: 1024 * 1024 });
  let made = 0;

  const control: Emulators['control'] = async (method, path, body) => {
    const sent = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${url}/control/${path}`, { method, ...(body === undefined ? {} : sent) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };

  return {
    url,
    control,
    organization: async (settings = {}) => {
      const host = `org${(made += 1)}.crm4.dynamics.com`;
      const whole = { tenantId: TENANT, applicationUsers: [CLIENT], ...settings };
      await control('PUT', `organizations/${host}`, whole);
      const organization = `https://${host}`;
      const answer = await http.send({
        url: `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: CLIENT,
          client_secret: SECRET,
          scope: `${organization}/.default`,
        }).toString(),
      });
      const { access_token: accessToken } = JSON.parse(answer.body) as { access_token: string };
      return { host, organization, accessToken, http };
    },
    close: async () => {
      await http.close();
      process.off('exit', endWithUs);
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}
