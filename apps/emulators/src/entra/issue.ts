// The tokens themselves: claims as Entra gives them to Dataverse.
import type { World } from '../world/world.ts';
import { guidOf, newGuid } from '../world/ids.ts';
import { refuse, type Refusal } from './aadsts.ts';
import type { App, Tenant, User } from './tenant.ts';

const SCOPES_FOR_SIGN_IN = new Set(['openid', 'profile', 'email', 'offline_access']);

/**
 * The resource in a list of scopes: `https://contoso.crm4.dynamics.com/.default` or `…/user_impersonation`.
 * Only organisations of this tenant (and what the tenant's settings name) are known.
 */
export function resourceOf(scope: string, tenant: Tenant, world: World): string | Refusal {
  const asked = scope.split(' ').filter((name) => name !== '' && !SCOPES_FOR_SIGN_IN.has(name));
  const first = asked[0];
  if (first === undefined) return refuse(70011, `The scope '${scope}' names no resource.`);
  const slash = first.lastIndexOf('/');
  const resource = first.slice(0, slash);
  if (slash < 0 || !/^https:\/\/[^/]+\/?$/.test(resource))
    return refuse(70011, `The scope '${first}' is not valid.`);
  const origin = resource.replace(/\/$/, '').toLowerCase();
  const organization = world.organization(origin.slice('https://'.length));
  const known =
    organization?.settings.tenantId === tenant.id || tenant.settings.otherResources.includes(origin);
  return known ? resource : refuse(500011, resource, tenant.id);
}

type Subject = { readonly app: App; readonly by: 'secret' | 'certificate' | 'public'; readonly user?: User };

/** A signed access token for `resource`; `now` is the login host's clock. */
export async function accessToken(
  world: World,
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
    ver: '1.0',
    ...(user
      ? {
          upn: user.username,
          unique_name: user.username,
          name: user.displayName ?? user.username,
          scp: 'user_impersonation',
          amr: '["pwd"]',
        }
      : { idtyp: 'app' }),
  });
}
