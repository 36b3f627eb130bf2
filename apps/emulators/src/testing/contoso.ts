/** Contoso's organisation with two callers: the lead writer, and an administrator who may do everything. */
import { CONTOSO } from '../seed.ts';
import { startForTest, type Answer, type Running } from './running.ts';

export const API = '/api/data/v9.2';
const ADMINISTRATOR = '31313131-aaaa-4bbb-8662-1234df56788f';
const { host, tenantId, clientId, clientSecret } = CONTOSO;

interface Ask {
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly as?: 'admin' | 'writer';
}

export interface Contoso {
  readonly running: Running;
  readonly tokens: Readonly<Record<'admin' | 'writer', string>>;
  /** Calls the Web API, as the administrator unless said otherwise. */
  readonly call: (method: string, path: string, ask?: Ask) => Promise<Answer>;
  /** Everything as at first, without leads. */
  readonly reset: () => Promise<void>;
}

export async function startContoso(): Promise<Contoso> {
  const running = await startForTest();
  await running.control('PATCH', `tenants/${tenantId}`, {
    apps: [clientId, ADMINISTRATOR].map((id) => ({ clientId: id, secrets: [{ value: clientSecret }] })),
  });
  const tokens = { writer: await running.token(), admin: await running.token({ client_id: ADMINISTRATOR }) };
  return {
    running,
    tokens,
    call: (method, path, { headers = {}, body, as = 'admin' } = {}) =>
      running.send(`${API}/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${tokens[as]}`,
          accept: 'application/json',
          'odata-version': '4.0',
          ...headers,
        },
        body,
      }),
    reset: async () => {
      const roles = ['System Administrator', 'Microsoft Marketplace Lead Writer'];
      await running.control('PUT', `organizations/${host}`, {
        tenantId,
        applicationUsers: [clientId, { applicationId: ADMINISTRATOR, roles }],
        alternateKeys: [{ name: 'MarketplaceKey', columns: ['sic'] }],
      });
      await running.control('DELETE', `organizations/${host}/leads`);
    },
  };
}

/** The error inside a refusal. */
export const errorOf = (answer: Answer): { code: string; message: string } =>
  answer.body()['error'] as { code: string; message: string };
