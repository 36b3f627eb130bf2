// The walk of one request to a login host.
import { html, json, type Incoming, type Reply } from '../http/exchange.ts';
import type { World } from '../world/world.ts';
import { refusalReply, refuse } from './aadsts.ts';
import { discoveryDocument, issuerOf } from './discovery.ts';
import { answerTokenRequest } from './token-endpoint.ts';
import { newGuid } from '../world/ids.ts';

const ROUTE = /^\/([^/]+)\/(.+)$/;

export async function serveLogin(world: World, request: Incoming): Promise<Reply> {
  const now = world.clock() + world.faults.skewOf(request.host, world.clock());
  const [, tenantName = '', rest = ''] = ROUTE.exec(decodeURI(request.path)) ?? [];
  if (rest === 'oauth2/v2.0/token' && request.method === 'POST')
    return answerTokenRequest(world, request, tenantName, now);
  const tenant = world.tenant(tenantName);
  if (rest === 'v2.0/.well-known/openid-configuration')
    return tenant
      ? json(200, discoveryDocument(request.base, request.host, tenant))
      : refusalReply(refuse(90002, tenantName), now, newGuid());
  if (/^discovery\/(v2\.0\/)?keys$/.test(rest))
    return json(200, world.keys.jwks(issuerOf(request.host, tenant?.id ?? tenantName)));
  return html(404, '<!DOCTYPE html><title>404</title><h1>404 - File or directory not found.</h1>');
}
