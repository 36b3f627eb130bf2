/**
 * A small proxy in front of an organisation and a login host: clients nobody here wrote talk to it, and every
 * exchange is noted.
 */
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Wire } from './exchange.ts';

/** Where requests really go: an emulator on this machine, or Microsoft. */
export type Upstream = { readonly emulatorPort: number } | 'live';

export interface Recorder {
  /** Address of the organisation through the recorder. */
  readonly organizationUrl: string;
  readonly loginUrl: string;
  /** The exchanges since the last call. */
  readonly taken: () => Wire[];
  readonly close: () => Promise<void>;
}

export async function startRecorder(
  upstream: Upstream,
  organizationHost: string,
  loginHost: string,
): Promise<Recorder> {
  let noted: Wire[] = [];
  const login = await listen(loginHost, upstream, (wire) => noted.push(wire));
  const organization = await listen(organizationHost, upstream, (wire) => noted.push(wire));
  return {
    organizationUrl: organization.url,
    loginUrl: login.url,
    taken: () => {
      const exchanges = noted;
      noted = [];
      return exchanges;
    },
    close: async () => {
      for (const { server } of [login, organization]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

/** Headers less those that belong to one connection. */
function without(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

async function listen(
  host: string,
  upstream: Upstream,
  note: (wire: Wire) => void,
): Promise<{ server: Server; url: string }> {
  let url = '';
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const headers = without(message.headers, ['connection', 'accept-encoding']);
      const body = Buffer.from(
        Buffer.concat(chunks).toString('latin1').replaceAll(url, `https://${host}`),
        'latin1',
      );
      const options = {
        ...(upstream === 'live' ? { host, port: 443 } : { host: '127.0.0.1', port: upstream.emulatorPort }),
        method: message.method,
        path: message.url,
        headers: { ...headers, host, ...(body.length > 0 ? { 'content-length': body.length } : {}) },
      };
      const send = upstream === 'live' ? httpsRequest : httpRequest;
      const outgoing = send(options, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => parts.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          const status = answer.statusCode ?? 0;
          note({
            method: message.method ?? '',
            path: message.url ?? '',
            status,
            headers: answer.headers,
            body: text,
          });
          // Links in answers lead back through the recorder.
          const back = (value: string): string => value.replaceAll(`https://${host}`, url);
          const kept = without(answer.headers, ['transfer-encoding', 'content-length', 'connection']);
          for (const name of ['odata-entityid', 'location'] as const)
            if (typeof kept[name] === 'string') kept[name] = back(kept[name]);
          response.writeHead(status, kept);
          response.end(status === 204 || status === 304 ? undefined : back(text));
        });
      });
      outgoing.on('error', () => response.destroy());
      outgoing.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, url };
}
