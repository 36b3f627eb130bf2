/** Which site a request is for: by Host header as in production, or by path for a browser. */
import type { IncomingMessage } from 'node:http';
import type { Incoming } from './exchange.ts';

/** Entra's login hosts, global and sovereign. */
export const LOGIN_HOSTS: ReadonlySet<string> = new Set([
  'login.microsoftonline.com',
  'login.windows.net',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'login.chinacloudapi.cn',
]);

/** The host under which the emulators' own pages and control API are known internally. */
export const OWN_HOST = 'emulators';

const GLOBAL_LOGIN_HOST = 'login.microsoftonline.com';
const SIGN_IN_PATH = /^\/[^/]+\/oauth2\/v2\.0\/(authorize|logout)$/;

const BY_PATH = /^\/(org|login)\/([^/?]+)(\/.*)?$/;

/** Any organisation-shaped Microsoft host, whether this emulator knows it or not. */
function looksLikeMicrosoft(host: string): boolean {
  return /\.(dynamics\.com|microsoftdynamics\.(us|de)|appsplatform\.us|dynamics\.cn)$/.test(host);
}

export function locate(
  message: IncomingMessage,
  body: Buffer,
  tooLarge: boolean,
  receivedAt: number,
  isOrganization: (host: string) => boolean,
): Incoming {
  let target = message.url ?? '/';
  let authority = message.headers.host ?? '';
  if (!target.startsWith('/')) ({ target, authority } = fromAbsoluteForm(target, authority));
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const search = mark < 0 ? '' : target.slice(mark + 1);
  const asked = withoutPort(authority);
  const shared = {
    method: message.method ?? 'GET',
    search,
    headers: message.headers,
    body,
    tooLarge,
    receivedAt,
  };

  if (LOGIN_HOSTS.has(asked) || isOrganization(asked) || looksLikeMicrosoft(asked))
    return { ...shared, host: asked, path, base: `https://${asked}` };
  const byPath = BY_PATH.exec(path);
  if (byPath) {
    const [, room, host = '', rest] = byPath;
    return {
      ...shared,
      host: host.toLowerCase(),
      path: rest ?? '/',
      base: `http://${authority}/${room}/${host}`,
    };
  }
  // Only a browser comes to an address without the host's name: it was sent to the sign-in page.
  const host = SIGN_IN_PATH.test(path) ? GLOBAL_LOGIN_HOST : OWN_HOST;
  return { ...shared, host, path, base: `http://${authority}` };
}

/** A proxy-style request line (`GET http://host/path`), which every HTTP/1.1 server has to accept. */
function fromAbsoluteForm(target: string, authority: string): { target: string; authority: string } {
  try {
    const url = new URL(target);
    return { target: `${url.pathname}${url.search}`, authority: url.host };
  } catch {
    return { target: '/', authority };
  }
}

function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(':');
  return (colon > 0 && !authority.endsWith(']') ? authority.slice(0, colon) : authority).toLowerCase();
}
