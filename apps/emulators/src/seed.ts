/** The directories and the organisation every local run begins with. Nothing here opens anything outside this emulator. */
import type { World } from './world/world.ts';

export const CONTOSO = {
  host: 'contoso.crm4.dynamics.com',
  tenantId: '12345678-8af1-4a5f-8234-12234d01db47',
  clientId: '23456052-aaaa-4bbb-8662-1234df56788f',
  clientSecret: 'emulated-client-secret-for-local-runs-only',
  /** The product's own multi-tenant registration: sign-in to the web console, user name and password connections. */
  productClientId: '5f3c9c1e-7b0a-4d53-9c39-3f2b6f0e8a11',
  /** Signs in to the web console as the publisher's owner. */
  person: 'alex@contoso.onmicrosoft.com',
  /** May look and change nothing. */
  reader: 'robin@contoso.onmicrosoft.com',
  /** Has been given no role. */
  stranger: 'dana@contoso.onmicrosoft.com',
  /** The service account of an Office 365 connection. */
  serviceAccount: 'leads@contoso.onmicrosoft.com',
  password: 'emulated-password-for-local-runs-only',
} as const;

/** A publisher that has not been registered with the product yet. */
export const FABRIKAM = {
  tenantId: 'a7c1f2d4-3e5b-4c6d-8f90-1b2c3d4e5f60',
  person: 'kim@fabrikam.onmicrosoft.com',
} as const;

/** Whose people operate the product. */
export const NORTHWIND = {
  tenantId: '9b1d2c3e-4f50-4a61-8b72-0c9d8e7f6a50',
  person: 'sam@northwind.onmicrosoft.com',
} as const;

/** The product's registration, as each directory whose people use it has it. */
const product = {
  clientId: CONTOSO.productClientId,
  displayName: 'Marketplace leads',
  publicClient: true,
  // Loopback addresses match on any port.
  redirectUris: ['', '/', '/auth/callback', '/signed-in'].flatMap((path) => [
    `http://localhost${path}`,
    `http://127.0.0.1${path}`,
  ]),
};

/** Adds the directories and Contoso's organisation where they are not there yet. */
export function seedContoso(world: World): void {
  const { host, tenantId, clientId, clientSecret, serviceAccount, password } = CONTOSO;
  const { person, reader, stranger } = CONTOSO;
  const someone = (username: string, displayName: string, role?: string): object => ({
    username,
    password,
    displayName,
    appRoles: role === undefined ? {} : { [product.clientId]: [role] },
  });
  if (!world.tenant(tenantId))
    world.putTenant(tenantId, {
      domains: ['contoso.onmicrosoft.com'],
      apps: [{ clientId, displayName: 'Contoso lead writer', secrets: [{ value: clientSecret }] }, product],
      users: [
        someone(person, 'Alex Wilber', 'Publisher.Owner'),
        someone(reader, 'Robin Counts', 'Publisher.Reader'),
        someone(stranger, 'Dana Bourne'),
        someone(serviceAccount, 'Contoso leads'),
      ],
    });
  if (!world.tenant(FABRIKAM.tenantId))
    world.putTenant(FABRIKAM.tenantId, {
      domains: ['fabrikam.onmicrosoft.com'],
      apps: [product],
      users: [someone(FABRIKAM.person, 'Kim Akers', 'Publisher.Owner')],
    });
  if (!world.tenant(NORTHWIND.tenantId))
    world.putTenant(NORTHWIND.tenantId, {
      domains: ['northwind.onmicrosoft.com'],
      apps: [product],
      users: [someone(NORTHWIND.person, 'Sam Carter', 'Operator')],
    });
  if (!world.organization(host))
    world.putOrganization(host, {
      tenantId,
      friendlyName: 'Contoso',
      applicationUsers: [{ applicationId: clientId, fullname: 'Marketplace lead writer' }],
      users: [{ username: serviceAccount, fullname: 'Contoso leads' }],
    });
}
