/** The oracle: what is really in an organization, held against what somebody believes to be there. */
import { z } from 'zod';
import { valuesOf } from '../dataverse/lead-view.ts';
import type { Organization } from '../dataverse/organization.ts';

export const Expected = z
  .object({
    /** The ids of the records that should be there. */
    leadids: z.array(z.guid().toLowerCase()),
    /** A column of which no two records may have the same value. */
    by: z.string().optional(),
  })
  .strict();

export interface Compared {
  /** Records in the organization. */
  readonly count: number;
  /** Believed to be there, and not there. */
  readonly missing: readonly string[];
  /** There, and nobody's belief. */
  readonly unexpected: readonly string[];
  /** Values of `by` that more than one record has. */
  readonly doubled: readonly { readonly value: unknown; readonly leadids: readonly string[] }[];
}

export function compareLeads(
  organization: Organization,
  { leadids, by }: z.output<typeof Expected>,
): Compared {
  const expected = new Set(leadids);
  const rows = [...organization.leads.rows()];
  const byValue =
    by === undefined
      ? new Map<unknown, typeof rows>()
      : Map.groupBy(rows, (row) => valuesOf(row, organization)[by] ?? null);
  return {
    count: rows.length,
    missing: [...expected].filter((id) => !organization.leads.has(id)),
    unexpected: rows.map(({ id }) => id).filter((id) => !expected.has(id)),
    doubled: [...byValue]
      .filter(([value, found]) => value !== null && found.length > 1)
      .map(([value, found]) => ({ value, leadids: found.map(({ id }) => id) })),
  };
}
