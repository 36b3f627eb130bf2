// The organisation every local run begins with. Nothing here opens anything outside this emulator.
import type { World } from './world/world.ts';

export const CONTOSO = {
  host: 'contoso.crm4.dynamics.com',
  tenantId: '12345678-8af1-4a5f-8234-12234d01db47',
  clientId: '23456052-aaaa-4bbb-8662-1234df56788f',
  clientSecret: 'emulated-client-secret-for-local-runs-only',
  /** The product's own multi-tenant registration: sign-in to the web console, user name and password connections. */
  productClientId: '5f3c9c1e-7b0a-4d53-9c39-3f2b6f0e8a11',
  /** A person who signs in to the web console. */
  person: 'alex@contoso.onmicrosoft.com',
  /** The service account of an Office 365 connection. */
  serviceAccount: 'leads@contoso.onmicrosoft.com',
  password: 'emulated-password-for-local-runs-only',
} as const;

/** Adds Contoso's directory and organisation where they are not there yet. */
export function seedContoso(world: World): void {
  const { host, tenantId, clientId, clientSecret, productClientId, person, serviceAccount, password } =
    CONTOSO;
  if (!world.tenant(tenantId))
    world.putTenant(tenantId, {
      domains: ['contoso.onmicrosoft.com'],
      apps: [
        { clientId, displayName: 'Contoso lead writer', secrets: [{ value: clientSecret }] },
        {
          clientId: productClientId,
          displayName: 'Marketplace leads',
          publicClient: true,
          // Loopback addresses match on any port.
          redirectUris: ['', '/', '/auth/callback', '/signed-in'].flatMap((path) => [
            `http://localhost${path}`,
            `http://127.0.0.1${path}`,
          ]),
        },
      ],
      users: [
        { username: person, password, displayName: 'Alex Wilber' },
        { username: serviceAccount, password, displayName: 'Contoso leads' },
      ],
    });
  if (!world.organization(host))
    world.putOrganization(host, {
      tenantId,
      friendlyName: 'Contoso',
      applicationUsers: [{ applicationId: clientId, fullname: 'Marketplace lead writer' }],
      users: [{ username: serviceAccount, fullname: 'Contoso leads' }],
    });
}
