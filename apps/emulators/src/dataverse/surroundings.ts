/** What an organisation needs of the world around it. */
import type { Revocations } from '../entra/revocations.ts';
import type { SigningKeys } from '../entra/signing-keys.ts';
import type { Faults } from '../requests/faults.ts';
import type { LeadRow } from './lead-store.ts';
import type { Organization } from './organization.ts';

export interface Surroundings {
  /** The true time, ms since 1970. */
  readonly clock: () => number;
  /** Entra's keys, which tell whether a token is one. */
  readonly keys: Pick<SigningKeys, 'kids' | 'verify'>;
  readonly revocations: Pick<Revocations, 'of'>;
  readonly faults: Pick<Faults, 'skewOf' | 'take'>;
  putLead(organization: Organization, row: LeadRow): void;
  deleteLead(organization: Organization, id: string): boolean;
  /** Runs `changes`; when it throws, every lead is as it was before. Inside another one it joins that. */
  atomically<T>(changes: () => T): T;
  /** Has `undo` run where the transaction under way, if any, does not hold. */
  undoWith(undo: () => void): void;
}
