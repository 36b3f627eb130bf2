// The organisation every local run begins with. Nothing here opens anything outside this emulator.
import type { World } from './world/world.ts';

export const CONTOSO = {
  host: 'contoso.crm4.dynamics.com',
  tenantId: '12345678-8af1-4a5f-8234-12234d01db47',
  clientId: '23456052-aaaa-4bbb-8662-1234df56788f',
  clientSecret: 'emulated-client-secret-for-local-runs-only',
} as const;

/** Adds Contoso's directory and organisation where they are not there yet. */
export function seedContoso(world: World): void {
  const { host, tenantId, clientId, clientSecret } = CONTOSO;
  if (!world.tenant(tenantId))
    world.putTenant(tenantId, {
      domains: ['contoso.onmicrosoft.com'],
      apps: [{ clientId, displayName: 'Contoso lead writer', secrets: [{ value: clientSecret }] }],
    });
  if (!world.organization(host))
    world.putOrganization(host, {
      tenantId,
      friendlyName: 'Contoso',
      applicationUsers: [{ applicationId: clientId, fullname: 'Marketplace lead writer' }],
    });
}
