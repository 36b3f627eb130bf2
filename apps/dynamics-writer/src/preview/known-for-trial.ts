/** What a mapping is tried against. */
import type { Blamed } from '../mapping/blamed-in.ts';
import type { LeadTable } from '../mapping/lead-table.ts';
import type { Read } from '../organization/judge-organization.ts';

/** What is known of the organisation at that moment. */
export interface KnownForTrial {
  /** Its lead table, `null` where it has none; why it is not known. */
  table: Read<LeadTable | null>;
  readAt?: Date | undefined;
  /** Why it was not asked anew, where it should have been: what was read before may be out of date. */
  stale?: string | undefined;
  /** Whether the record of each lookup is there, by its reference; why that is not known. */
  records: ReadonlyMap<string, Read<boolean>>;
  /** What Dynamics refused a short while ago. */
  refused: readonly Blamed[];
}
