/** Who is calling: the bearer token's signature, audience, tenant and times, then the user behind it. */
import type { JWTPayload } from 'jose';
import { header, type Incoming } from '../http/exchange.ts';
import type { Surroundings } from './surroundings.ts';
import {
  addressBlocked,
  administrationMode,
  applicationBlocked,
  DataverseError,
  noRoles,
  notAMember,
  organizationDisabled,
  userDisabled,
} from './errors.ts';
import type { Organization } from './organization.ts';
import type { SystemUser } from './system-user.ts';

interface Verified {
  readonly kid: string;
  readonly claims: JWTPayload;
}

const MAX_CACHED = 10_000;
/** Clock difference that token checks forgive, s. */
const LEEWAY_SECONDS = 300;

/** Remembers verified tokens, for a signature check costs more than a create. */
export class TokenCache {
  private readonly verified = new Map<string, Verified>();

  find(token: string, kids: readonly string[]): Verified | undefined {
    const known = this.verified.get(token);
    return known && kids.includes(known.kid) ? known : undefined;
  }

  keep(token: string, verified: Verified): void {
    if (this.verified.size >= MAX_CACHED) this.verified.delete(this.verified.keys().next().value as string);
    this.verified.set(token, verified);
  }
}

/** The user, or the refusal thrown; a promise only when the token was not seen before. */
export function authenticate(
  world: Surroundings,
  cache: TokenCache,
  organization: Organization,
  request: Incoming,
  now: number,
): SystemUser | Promise<SystemUser> {
  const given = header(request, 'authorization');
  if (!given.startsWith('Bearer ')) throw challenge(organization, request.host);
  const token = given.slice('Bearer '.length).trim();
  const known = cache.find(token, world.keys.kids);
  if (known) return userOf(world, organization, request.host, known.claims, now);
  return world.keys.verify(token).then((verified) => {
    if (!verified) throw invalidToken(organization, request.host, 'The signature is invalid');
    cache.keep(token, verified);
    return userOf(world, organization, request.host, verified.claims, now);
  });
}

function userOf(
  world: Surroundings,
  organization: Organization,
  host: string,
  claims: JWTPayload,
  now: number,
): SystemUser {
  const seconds = now / 1000;
  const audience = String(claims.aud).replace(/\/$/, '').replace('.api.crm', '.crm').toLowerCase();
  if (audience !== `https://${organization.host}`)
    throw invalidToken(organization, host, 'The audience is invalid');
  if (claims['tid'] !== organization.settings.tenantId)
    throw invalidToken(organization, host, 'The issuer is invalid');
  if ((claims.exp ?? 0) <= seconds) throw invalidToken(organization, host, 'The token is expired');
  if (
    Number(claims['aio'] ?? 0) < world.revocations.of(organization.settings.tenantId, String(claims['appid']))
  )
    throw invalidToken(organization, host, 'The token has been revoked');
  if ((claims.nbf ?? 0) > seconds + LEEWAY_SECONDS)
    throw invalidToken(organization, host, 'The token is not yet valid');

  const { disabled, disabledStatus, blockedAddress } = organization.settings;
  if (disabled) throw organizationDisabled(disabledStatus, organization.organizationId);
  if (blockedAddress !== undefined) throw addressBlocked(blockedAddress);
  const applicationId = String(claims['appid']);
  if (organization.settings.blockedApplications.includes(applicationId))
    throw applicationBlocked(applicationId);
  const upn = claims['upn'];
  const user =
    typeof upn === 'string'
      ? organization.usersByName.get(upn.toLowerCase())
      : organization.usersByApplication.get(applicationId);
  if (!user) throw notAMember();
  if (!user.enabled) throw userDisabled(user);
  if (user.roles.length === 0) throw noRoles(user);
  if (
    organization.settings.administrationMode &&
    !user.roles.some((role) => role.name === 'System Administrator')
  )
    throw administrationMode(organization.settings.administrationModeStatus);
  return user;
}

const authorizationOf = (organization: Organization, host: string): string =>
  `authorization_uri=https://${loginHostOf(host)}/${organization.settings.tenantId}/oauth2/authorize, resource_id=https://${host}/`;

function challenge(organization: Organization, host: string): DataverseError {
  return new DataverseError(401, '0x0', 'HTTP Error 401 - Unauthorized: Access is denied', {
    'www-authenticate': `Bearer ${authorizationOf(organization, host)}`,
  });
}

function invalidToken(organization: Organization, host: string, why: string): DataverseError {
  return new DataverseError(401, '0x0', `HTTP Error 401 - Unauthorized: Access is denied. ${why}.`, {
    'www-authenticate': `Bearer error="invalid_token", error_description="${why}", ${authorizationOf(organization, host)}`,
  });
}

function loginHostOf(host: string): string {
  if (/\.(microsoftdynamics|appsplatform)\.us$/.test(host)) return 'login.microsoftonline.us';
  return host.endsWith('.dynamics.cn') ? 'login.partner.microsoftonline.cn' : 'login.microsoftonline.com';
}
