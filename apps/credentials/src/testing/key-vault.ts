/** A stand-in for the REST calls of Azure Key Vault that wrap and unwrap keys: the paths, bodies and challenge of 7.6. */
import {
  constants,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomUUID,
} from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpClient, PipelineResponse } from '@azure/core-rest-pipeline';
import { createHttpHeaders } from '@azure/core-rest-pipeline';

export const vaultUrl = 'https://leads.vault.azure.net';

export interface KeyVaultStandIn {
  /** Sends what is meant for the vault to the stand-in. */
  httpClient: HttpClient;
  /** Makes a new version of the key `master`, which the old ones outlive. */
  rotate: () => string;
  /** Requests so far, as method and path. */
  requests: string[];
  close: () => Promise<void>;
}

interface Version {
  id: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

export async function startKeyVault(token: string): Promise<KeyVaultStandIn> {
  const versions: Version[] = [];
  const requests: string[] = [];
  const rotate = (): string => {
    const id = randomUUID().replaceAll('-', '');
    versions.push({ id, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });
    return `${vaultUrl}/keys/master/${id}`;
  };
  rotate();

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname } = new URL(request.url ?? '/', vaultUrl);
      requests.push(`${request.method} ${pathname}`);
      const answer = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(JSON.stringify(body));
      };
      if (request.headers.authorization !== `Bearer ${token}`) {
        const challenge = `Bearer authorization="https://login.microsoftonline.com/${randomUUID()}", resource="https://vault.azure.net"`;
        answer(401, { error: { code: 'Unauthorized' } }, { 'www-authenticate': challenge });
        return;
      }
      const [, , name, versionId, operation] = pathname.split('/');
      const version = versionId ? versions.find(({ id }) => id === versionId) : versions.at(-1);
      if (name !== 'master' || !version) {
        answer(404, { error: { code: 'KeyNotFound', message: 'A key with this name was not found.' } });
        return;
      }
      const kid = `${vaultUrl}/keys/master/${version.id}`;
      if (request.method === 'GET') {
        const { n, e } = version.publicKey.export({ format: 'jwk' });
        answer(200, {
          key: { kid, kty: 'RSA', key_ops: ['wrapKey', 'unwrapKey'], n, e },
          attributes: { enabled: true },
        });
        return;
      }
      const { value } = JSON.parse(Buffer.concat(chunks).toString()) as { value: string };
      const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
      try {
        const bytes = Buffer.from(value, 'base64url');
        const result =
          operation === 'wrapkey'
            ? publicEncrypt({ key: version.publicKey, ...padding }, bytes)
            : privateDecrypt({ key: version.privateKey, ...padding }, bytes);
        answer(200, { kid, value: result.toString('base64url') });
      } catch {
        answer(400, { error: { code: 'BadParameter', message: 'The parameter is incorrect.' } });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const httpClient: HttpClient = {
    sendRequest: async (request): Promise<PipelineResponse> => {
      const url = new URL(request.url);
      if (url.origin !== vaultUrl) throw new Error(`A request went to ${url.origin}.`);
      const answer = await fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, {
        method: request.method,
        headers: request.headers.toJSON(),
        ...(typeof request.body === 'string' ? { body: request.body } : {}),
      });
      const headers = createHttpHeaders(Object.fromEntries(answer.headers));
      return { request, status: answer.status, headers, bodyAsText: await answer.text() };
    },
  };
  return {
    httpClient,
    rotate,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
