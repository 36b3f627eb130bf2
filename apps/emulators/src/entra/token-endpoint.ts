// POST /<tenant>/oauth2/v2.0/token: who asks, with what proof, for which resource, and gets what.
import { timingSafeEqual } from 'node:crypto';
import { header, json, type Incoming, type Reply } from '../http/exchange.ts';
import { GUID, newGuid } from '../world/ids.ts';
import type { World } from '../world/world.ts';
import { isRefusal, refusalReply, refuse, type Refusal } from './aadsts.ts';
import { accessToken, resourceOf } from './issue.ts';
import type { App, Tenant } from './tenant.ts';

export type Form = URLSearchParams;
export type Answer = Record<string, unknown>;

/** Walks one token request; `now` is the login host's clock. */
export async function answerTokenRequest(
  world: World,
  request: Incoming,
  tenantName: string,
  now: number,
): Promise<Reply> {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const asked = form.get('client-request-id') ?? (header(request, 'client-request-id') || newGuid());
  const tenant = world.tenant(tenantName);
  const answer =
    tenant === undefined ? unknownTenant(tenantName) : await issueToken(world, tenant, form, now);
  if (isRefusal(answer)) return refusalReply(answer, now, asked, tenant?.settings.throttledForSeconds);
  const reply = json(200, answer);
  return {
    ...reply,
    headers: {
      ...reply.headers,
      'cache-control': 'no-store, no-cache',
      pragma: 'no-cache',
      'client-request-id': asked,
    },
  };
}

async function issueToken(world: World, tenant: Tenant, form: Form, now: number): Promise<Answer | Refusal> {
  if (tenant.settings.throttledForSeconds !== undefined) return refuse(90055);
  const clientId = form.get('client_id');
  const grant = form.get('grant_type');
  if (!grant) return refuse(900144, 'grant_type');
  if (!clientId) return refuse(900144, 'client_id');
  const app = tenant.apps.get(clientId.toLowerCase());
  if (!app) return refuse(700016, clientId, tenant.domains[0] ?? tenant.id);
  if (!app.enabled) return refuse(7000112, app.clientId, app.displayName);
  if (grant !== 'client_credentials') return refuse(70003, grant);

  const proof = checkSecret(app, form, now);
  if (isRefusal(proof)) return proof;
  const scope = form.get('scope') ?? '';
  if (!scope.endsWith('/.default')) return refuse(1002012, scope);
  const resource = resourceOf(scope, tenant, world);
  if (typeof resource !== 'string') return resource;
  return {
    token_type: 'Bearer',
    expires_in: tenant.settings.tokenLifetimeSeconds,
    ext_expires_in: tenant.settings.tokenLifetimeSeconds,
    ...(tenant.settings.refreshInSeconds === undefined
      ? {}
      : { refresh_in: tenant.settings.refreshInSeconds }),
    access_token: await accessToken(world, tenant, { app, by: proof.by }, resource, now),
  };
}

function unknownTenant(name: string): Refusal {
  return GUID.test(name) || name.includes('.') ? refuse(90002, name) : refuse(900023, name);
}

function checkSecret(app: App, form: Form, now: number): { by: 'secret' } | Refusal {
  const given = form.get('client_secret');
  if (!given) return refuse(7000216);
  const matching = app.secrets.find((secret) => sameText(secret.value, given));
  if (!matching) return refuse(7000215, app.clientId);
  if (matching.expiresAt !== undefined && Date.parse(matching.expiresAt) <= now)
    return refuse(7000222, app.clientId);
  return { by: 'secret' };
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
