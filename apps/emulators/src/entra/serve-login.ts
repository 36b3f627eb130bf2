/** The walk of one request to a login host. */
import { empty, header, html, json, redirect, type Incoming, type Reply } from '../http/exchange.ts';
import { newGuid } from '../ids.ts';
import { refusalReply, refuse } from './aadsts.ts';
import { authorize } from './authorize.ts';
import { discoveryDocument, instanceDiscovery, issuerOf } from './discovery.ts';
import type { Login } from './login.ts';
import { domainOf, isGeneric, type Tenant } from './tenant.ts';
import { answerTokenRequest } from './token-endpoint.ts';

const ROUTE = /^\/([^/]+)\/(.+)$/;

export async function serveLogin(login: Login, request: Incoming): Promise<Reply> {
  const reply = await answer(login, request);
  const origin = header(request, 'origin');
  if (origin === '' || origin === 'null') return reply;
  // Single-page applications redeem their codes from the browser.
  const cors = {
    'access-control-allow-origin': origin,
    'access-control-allow-headers': '*',
    'access-control-allow-methods': 'GET, POST, OPTIONS',
  };
  return { ...reply, headers: { ...reply.headers, ...cors } };
}

async function answer(login: Login, request: Incoming): Promise<Reply> {
  const { world } = login;
  const now = world.clock() + world.faults.skewOf(request.host, world.clock());
  const [, tenantName = '', rest = ''] = ROUTE.exec(request.path) ?? [];
  if (request.method === 'OPTIONS') return empty(204);
  if (rest === 'oauth2/v2.0/token' && request.method === 'POST')
    return answerTokenRequest(login, request, tenantName, now);
  if (rest === 'discovery/instance') return json(200, instanceDiscovery(request.base));
  const tenant = world.tenant(tenantName);
  if (/^discovery\/(v2\.0\/)?keys$/.test(rest))
    return json(200, world.keys.jwks(issuerOf(request.host, tenant?.id ?? '{tenantid}')));
  const generic = isGeneric(tenantName);
  if (rest === 'v2.0/.well-known/openid-configuration') {
    if (!tenant && !generic) return refusalReply(refuse(90002, tenantName), now, newGuid());
    return json(
      200,
      discoveryDocument(request.base, request.host, tenant?.id ?? '{tenantid}', tenant?.id ?? tenantName),
    );
  }
  if (rest === 'oauth2/v2.0/authorize') {
    const home = tenant ?? (generic ? homeOf(login, request) : undefined);
    return home
      ? authorize(login, request, home, tenantName, now)
      : refusalReply(refuse(90002, tenantName), now, newGuid());
  }
  if (rest === 'oauth2/v2.0/logout') {
    const target = new URLSearchParams(request.search).get('post_logout_redirect_uri');
    return target === null
      ? html(200, '<!DOCTYPE html><title>Signed out</title><p>You signed out of your account.</p>')
      : redirect(target);
  }
  return html(404, '<!DOCTYPE html><title>404</title><h1>404 - File or directory not found.</h1>');
}

/** Under `organizations` the user name says the directory; before it is known, the application does. */
function homeOf({ world }: Login, request: Incoming): Tenant | undefined {
  const username = new URLSearchParams(request.body.toString('utf8')).get('username') ?? '';
  const clientId = new URLSearchParams(request.search).get('client_id') ?? '';
  const known = (tenant: Tenant): boolean => tenant.apps.has(clientId.toLowerCase());
  return world.tenant(domainOf(username)) ?? world.tenants().find(known) ?? world.tenants()[0];
}
