/** The OpenID Connect discovery document of a tenant. */
import { LOGIN_HOSTS } from '../http/locate.ts';

/** The issuer of v2.0 tokens; the same whichever address reached the emulator. */
export const issuerOf = (host: string, tenantId: string): string => `https://${host}/${tenantId}/v2.0`;

/** `base` is what the links begin with, `host` the login host that was asked, `name` the tenant as it was asked. */
export function discoveryDocument(
  base: string,
  host: string,
  tenantId: string,
  name: string,
): Record<string, unknown> {
  const at = `${base}/${name}`;
  return {
    token_endpoint: `${at}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${at}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: issuerOf(host, tenantId),
    request_uri_parameter_supported: false,
    authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${at}/oauth2/v2.0/logout`,
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'nonce',
      'preferred_username',
      'name',
      'tid',
      'ver',
    ],
    code_challenge_methods_supported: ['S256', 'plain'],
    cloud_instance_name: host.replace(/^login\./, ''),
  };
}

/** What libraries ask about a login host they do not know. */
export function instanceDiscovery(base: string): Record<string, unknown> {
  const [global, ...others] = [...LOGIN_HOSTS];
  const cloud = (aliases: (string | undefined)[]): Record<string, unknown> => ({
    preferred_network: aliases[0],
    preferred_cache: aliases[0],
    aliases,
  });
  return {
    tenant_discovery_endpoint: `${base}/common/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [
      cloud([global, 'login.windows.net']),
      ...others.filter((host) => host !== 'login.windows.net').map((host) => cloud([host])),
    ],
  };
}
