/** The tokens themselves: claims as Entra gives them to Dataverse. */
import type { Surroundings } from './surroundings.ts';
import { guidOf, newGuid } from '../ids.ts';
import { refuse, type Refusal } from './aadsts.ts';
import { issuerOf } from './discovery.ts';
import type { App, Tenant, User } from './tenant.ts';

const SCOPES_FOR_SIGN_IN = new Set(['openid', 'profile', 'email', 'offline_access']);

/** The resource of a sign-in that names none: Microsoft Graph. */
const GRAPH = '00000003-0000-0000-c000-000000000000';

/**
 * The resource in a list of scopes: `https://contoso.crm4.dynamics.com/.default` or `…/user_impersonation`,
 * or the application itself. Of other resources only those are known that the tenant's settings name.
 */
export function resourceOf(scope: string, tenant: Tenant, app: App, world: Surroundings): string | Refusal {
  const first = scope.split(' ').find((name) => name !== '' && !SCOPES_FOR_SIGN_IN.has(name));
  if (first === undefined) return scope === '' ? refuse(900144, 'scope') : GRAPH;
  const slash = first.lastIndexOf('/');
  const resource = first.slice(0, slash);
  if (slash <= 0) return refuse(70011, `The scope '${first}' is not valid.`);
  const origin = resource.replace(/\/$/, '').toLowerCase();
  if (origin === app.clientId || origin === `api://${app.clientId}`) return resource;
  if (tenant.settings.otherResources.includes(origin)) return resource;
  const host = /^https:\/\/([^/:]+)$/.exec(origin)?.[1];
  const organization = host === undefined ? undefined : world.organization(host);
  return organization?.settings.tenantId === tenant.id ? resource : refuse(500011, resource, tenant.id);
}

interface Subject {
  readonly app: App;
  readonly by: 'secret' | 'certificate' | 'public';
  readonly user?: User;
}

/** A signed access token for `resource`; `now` is the login host's clock. */
export async function accessToken(
  world: Surroundings,
  tenant: Tenant,
  subject: Subject,
  resource: string,
  now: number,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000) - 300;
  const { app, by, user } = subject;
  const objectId = user?.objectId ?? guidOf('serviceprincipal', tenant.id, app.clientId);
  return world.keys.sign({
    aud: resource,
    iss: `https://sts.windows.net/${tenant.id}/`,
    iat: issuedAt,
    nbf: issuedAt,
    exp: Math.floor(now / 1000) + tenant.settings.tokenLifetimeSeconds,
    appid: app.clientId,
    appidacr: by === 'certificate' ? '2' : by === 'secret' ? '1' : '0',
    idp: `https://sts.windows.net/${tenant.id}/`,
    oid: objectId,
    sub: objectId,
    tid: tenant.id,
    uti: newGuid(),
    // Opaque in a real token as well.
    aio: String(world.revocations.of(tenant.id, app.clientId)),
    ver: '1.0',
    ...(user
      ? {
          upn: user.username,
          unique_name: user.username,
          name: user.displayName ?? user.username,
          scp: 'user_impersonation',
          ...(resource.includes(app.clientId) ? rolesOf(user, app) : {}),
          amr: '["pwd"]',
        }
      : { idtyp: 'app' }),
  });
}

/** The claim is left out where the user has been assigned no role. */
function rolesOf(user: User, app: App): { roles?: string[] } {
  const roles = user.appRoles[app.clientId] ?? [];
  return roles.length === 0 ? {} : { roles };
}

/** A signed id token for `app` about `user`. */
export function idToken(
  world: Surroundings,
  tenant: Tenant,
  app: App,
  user: User,
  loginHost: string,
  nonce: string | undefined,
  now: number,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000) - 300;
  return world.keys.sign({
    aud: app.clientId,
    iss: issuerOf(loginHost, tenant.id),
    iat: issuedAt,
    nbf: issuedAt,
    exp: Math.floor(now / 1000) + 3600,
    name: user.displayName ?? user.username,
    oid: user.objectId,
    preferred_username: user.username,
    email: user.username,
    sub: guidOf('subject', app.clientId, user.objectId),
    tid: tenant.id,
    uti: newGuid(),
    ver: '2.0',
    ...rolesOf(user, app),
    ...(nonce === undefined ? {} : { nonce }),
  });
}
