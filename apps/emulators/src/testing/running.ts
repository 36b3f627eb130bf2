/** The emulators on free ports for one test file, and requests to them with Microsoft's host names. */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { startEmulators, type Emulators } from '../emulators.ts';
import { CONTOSO } from '../seed.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; throws when it is none. */
  readonly body: () => Record<string, unknown>;
}

interface Sent {
  readonly method?: string;
  readonly host?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

export type Running = Emulators & {
  /** Sends to `path` of `host` (default: Contoso's organisation); an object body is sent as JSON. */
  readonly send: (path: string, sent?: Sent) => Promise<Answer>;
  /** Sends to the control API. */
  readonly control: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Sends a form to the token endpoint, of Contoso's tenant unless another is named. */
  readonly askToken: (form: Record<string, string>, tenant?: string) => Promise<Answer>;
  /** A token for Contoso's application, or as the form says otherwise. */
  readonly token: (form?: Record<string, string>) => Promise<string>;
};

/** What Contoso's application sends for a token. */
export const APPLICATION = {
  grant_type: 'client_credentials',
  client_id: CONTOSO.clientId,
  client_secret: CONTOSO.clientSecret,
  scope: `https://${CONTOSO.host}/.default`,
} as const;

/** Starts with the seed; `clock` gives ms since 1970. */
export async function startForTest(clock: () => number = Date.now, dataDir?: string): Promise<Running> {
  const emulators = await startEmulators(
    { httpPort: 0, smtpPort: 0, host: '127.0.0.1', dataDir, seed: 'contoso' },
    clock,
  );
  const agent = new Agent({ keepAlive: true });
  const send = (
    path: string,
    { method = 'GET', host = CONTOSO.host, headers = {}, body }: Sent = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const raw = typeof body === 'string' || Buffer.isBuffer(body);
      const outgoing = httpRequest(
        {
          host: '127.0.0.1',
          port: emulators.httpPort,
          path: path.replaceAll(' ', '%20'),
          method,
          agent,
          headers: {
            host,
            ...(raw || body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              body: () => JSON.parse(text) as Record<string, unknown>,
            });
          });
        },
      );
      outgoing.on('error', reject);
      if (body !== undefined) outgoing.write(raw ? body : JSON.stringify(body));
      outgoing.end();
    });
  const control = (method: string, path: string, body?: unknown): Promise<Answer> =>
    send(`/control/${path}`, { method, host: 'emulators', body });
  const askToken = (form: Record<string, string>, tenant: string = CONTOSO.tenantId): Promise<Answer> =>
    send(`/${tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      host: 'login.microsoftonline.com',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
  const token = async (form: Record<string, string> = {}): Promise<string> =>
    String((await askToken({ ...APPLICATION, ...form })).body()['access_token']);
  return {
    ...emulators,
    send,
    control,
    askToken,
    token,
    close: async () => {
      agent.destroy();
      await emulators.close();
    },
  };
}
