/** POST /<tenant>/oauth2/v2.0/token: who asks, with what proof, for which resource, and gets what. */
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { header, json, type Incoming, type Reply } from '../http/exchange.ts';
import { GUID, newGuid } from '../ids.ts';
import type { Surroundings } from './surroundings.ts';
import { isRefusal, refusalReply, refuse, type Refusal } from './aadsts.ts';
import { clientOf, proveClient, sameText, type Proof } from './client-proof.ts';
import type { Login } from './login.ts';
import { printOf } from './grants.ts';
import { accessToken, idToken, resourceOf } from './issue.ts';
import { checkStanding } from './sign-in.ts';
import { domainOf, isGeneric, type App, type Tenant, type User } from './tenant.ts';

interface Asked {
  readonly login: Login;
  readonly world: Surroundings;
  readonly request: Incoming;
  readonly form: URLSearchParams;
  readonly tenant: Tenant;
  readonly app: App;
  readonly proof: Proof | undefined;
  readonly now: number;
}
type Answer = Record<string, unknown>;

/** Walks one token request; `now` is the login host's clock. */
export async function answerTokenRequest(
  login: Login,
  request: Incoming,
  tenantName: string,
  now: number,
): Promise<Reply> {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const correlationId = form.get('client-request-id') ?? (header(request, 'client-request-id') || newGuid());
  const tenant = tenantOf(login.world, tenantName, form);
  const answer = isRefusal(tenant) ? tenant : await issueTokens(login, request, form, tenant, now);
  if (isRefusal(answer))
    return refusalReply(
      answer,
      now,
      correlationId,
      isRefusal(tenant) ? undefined : tenant.settings.throttledForSeconds,
    );
  const reply = json(200, answer);
  const caching = {
    'cache-control': 'no-store, no-cache',
    pragma: 'no-cache',
    'client-request-id': correlationId,
  };
  return { ...reply, headers: { ...reply.headers, ...caching } };
}

/** The directory named, or for `organizations` the one of the user, who is in the form or in what was sealed for them. */
function tenantOf(world: Surroundings, name: string, form: URLSearchParams): Tenant | Refusal {
  const tenant = world.tenant(name);
  if (tenant) return tenant;
  if (isGeneric(name)) {
    const grant = form.get('grant_type');
    if (name !== 'organizations' && grant === 'password') return refuse(9001023);
    if (grant === 'client_credentials') return refuse(90002, name);
    const username = form.get('username') ?? '';
    const home = world.tenant(domainOf(username)) ?? world.tenant(sealedTenant(form));
    return home ?? (username ? refuse(50034, username, domainOf(username)) : refuse(90002, name));
  }
  return GUID.test(name) || name.includes('.') ? refuse(90002, name) : refuse(900023, name);
}

/** The tenant inside a code or refresh token; its signature is checked when it is redeemed. */
function sealedTenant(form: URLSearchParams): string {
  try {
    const { grant } = decodeJwt<{ grant?: { tenantId?: string } }>(
      form.get('code') ?? form.get('refresh_token') ?? '',
    );
    return grant?.tenantId ?? '';
  } catch {
    return '';
  }
}

async function issueTokens(
  login: Login,
  request: Incoming,
  form: URLSearchParams,
  tenant: Tenant,
  now: number,
): Promise<Answer | Refusal> {
  const { world } = login;
  if (tenant.settings.throttledForSeconds !== undefined) return refuse(90055);
  const grant = form.get('grant_type');
  if (!grant) return refuse(900144, 'grant_type');
  const { id } = clientOf(request, form);
  if (!id) return refuse(900144, 'client_id');
  const app = tenant.apps.get(id.toLowerCase());
  if (!app) return refuse(700016, id, tenant.domains[0] ?? tenant.id);
  if (app.refusedWith !== undefined) return refuse(app.refusedWith, app.clientId, app.displayName);
  if (!app.enabled) return refuse(7000112, app.clientId, app.displayName);
  if (tenant.settings.loginHost !== undefined && tenant.settings.loginHost !== request.host)
    return refuse(900382);
  const proof = await proveClient(app, tenant, request, form, now);
  if (proof && isRefusal(proof)) return proof;

  const asked: Asked = { login, world, request, form, tenant, app, proof, now };
  switch (grant) {
    case 'client_credentials':
      return forApplication(asked);
    case 'password':
      return byPassword(asked);
    case 'authorization_code':
      return byCode(asked);
    case 'refresh_token':
      return byRefreshToken(asked);
    default:
      return refuse(70003, grant);
  }
}

async function forApplication({ world, form, tenant, app, proof, now }: Asked): Promise<Answer | Refusal> {
  if (!proof) return refuse(7000216);
  const scope = form.get('scope') ?? '';
  if (!scope.endsWith('/.default')) return refuse(1002012, scope);
  const resource = resourceOf(scope, tenant, app, world);
  if (typeof resource !== 'string') return resource;
  return {
    ...lifetimes(tenant),
    access_token: await accessToken(world, tenant, { app, by: proof.by }, resource, now),
  };
}

async function byPassword(asked: Asked): Promise<Answer | Refusal> {
  const { form, tenant, app, proof, login } = asked;
  if (!proof && !app.publicClient) return refuse(7000218);
  const username = form.get('username');
  const password = form.get('password');
  if (!username) return refuse(900144, 'username');
  if (password === null) return refuse(900144, 'password');
  const user = login.signIns.check(tenant, app, username, password, false);
  return isRefusal(user) ? user : forUser(asked, user, form.get('scope') ?? '', undefined);
}

async function byCode(asked: Asked): Promise<Answer | Refusal> {
  const { form, tenant, app, proof, login, world, now } = asked;
  const code = form.get('code');
  if (!code) return refuse(900144, 'code');
  const grant = await login.grants.redeem(world, code, now);
  if (isRefusal(grant)) return grant;
  if (grant.clientId !== app.clientId || grant.tenantId !== tenant.id) return refuse(9002313);
  if (grant.redirectUri !== form.get('redirect_uri'))
    return refuse(50011, form.get('redirect_uri') ?? '', app.clientId);
  if (grant.challenge !== undefined) {
    const verifier = form.get('code_verifier');
    if (!verifier) return refuse(900144, 'code_verifier');
    const made =
      grant.challengeMethod === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
    if (!sameText(made, grant.challenge)) return refuse(50148);
  } else if (!proof) return refuse(7000218);
  const user = tenant.users.get(grant.username);
  if (!user) return refuse(50034, grant.username, tenant.id);
  const standing = checkStanding(tenant, app, user, true);
  return isRefusal(standing) ? standing : forUser(asked, user, grant.scope, grant.nonce);
}

async function byRefreshToken(asked: Asked): Promise<Answer | Refusal> {
  const { form, tenant, app, login, world, now } = asked;
  const given = form.get('refresh_token');
  if (!given) return refuse(900144, 'refresh_token');
  const grant = await login.grants.use(world, given, now);
  if (isRefusal(grant)) return grant;
  if (grant.clientId !== app.clientId || grant.tenantId !== tenant.id) return refuse(9002313);
  const user = tenant.users.get(grant.username);
  if (!user) return refuse(50034, grant.username, tenant.id);
  if (printOf(user.password) !== grant.password) return refuse(50173);
  const standing = checkStanding(tenant, app, user, true);
  return isRefusal(standing) ? standing : forUser(asked, user, form.get('scope') ?? grant.scope, undefined);
}

async function forUser(
  asked: Asked,
  user: User,
  scope: string,
  nonce: string | undefined,
): Promise<Answer | Refusal> {
  const { world, tenant, app, proof, login, request, form, now } = asked;
  const resource = resourceOf(scope, tenant, app, world);
  if (typeof resource !== 'string') return resource;
  const scopes = scope.split(' ');
  const refresh = {
    tenantId: tenant.id,
    clientId: app.clientId,
    username: user.username,
    scope,
    password: printOf(user.password),
  };
  return {
    ...lifetimes(tenant),
    scope: scopes.filter((name) => name !== 'offline_access').join(' '),
    access_token: await accessToken(world, tenant, { app, by: proof?.by ?? 'public', user }, resource, now),
    ...(scopes.includes('offline_access')
      ? { refresh_token: await login.grants.refreshToken(world, refresh, now) }
      : {}),
    ...(scopes.includes('openid')
      ? { id_token: await idToken(world, tenant, app, user, request.host, nonce, now) }
      : {}),
    ...(form.get('client_info') === '1' ? { client_info: clientInfo(tenant, user) } : {}),
  };
}

const clientInfo = (tenant: Tenant, user: User): string =>
  Buffer.from(JSON.stringify({ uid: user.objectId, utid: tenant.id })).toString('base64url');

function lifetimes({ settings }: Tenant): Answer {
  return {
    token_type: 'Bearer',
    expires_in: settings.tokenLifetimeSeconds,
    ext_expires_in: settings.tokenLifetimeSeconds,
    ...(settings.refreshInSeconds === undefined ? {} : { refresh_in: settings.refreshInSeconds }),
  };
}
