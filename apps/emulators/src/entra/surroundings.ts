/** What the sign-in needs of the world around it. */
import type { Faults } from '../requests/faults.ts';
import type { Revocations } from './revocations.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Tenant } from './tenant.ts';

export interface Surroundings {
  /** The true time, ms since 1970. */
  readonly clock: () => number;
  readonly keys: SigningKeys;
  readonly revocations: Pick<Revocations, 'of'>;
  readonly faults: Pick<Faults, 'skewOf'>;
  tenant(idOrDomain: string): Tenant | undefined;
  tenants(): readonly Tenant[];
  /** The organisation that answers at a host, and which directory it belongs to. */
  organization(host: string): { readonly settings: { readonly tenantId: string } } | undefined;
}
