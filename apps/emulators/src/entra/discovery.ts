// The OpenID Connect discovery document of a tenant.
import type { Tenant } from './tenant.ts';

/** The issuer of v2.0 tokens; the same whichever address reached the emulator. */
export const issuerOf = (host: string, tenantId: string): string => `https://${host}/${tenantId}/v2.0`;

/** `base` is what the links begin with, `host` the login host that was asked. */
export function discoveryDocument(base: string, host: string, tenant: Tenant): Record<string, unknown> {
  const at = `${base}/${tenant.id}`;
  return {
    token_endpoint: `${at}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${at}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: issuerOf(host, tenant.id),
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
    tenant_region_scope: 'EU',
    cloud_instance_name: host.replace(/^login\.(windows\.net|microsoftonline\.com)$/, 'microsoftonline.com'),
  };
}
