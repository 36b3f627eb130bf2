/** Reads Validates as people see them. */
import type { Validation } from '@leads/contracts/portal-api';
import type { Kysely } from 'kysely';
import type { PortalTables } from '../tables.ts';
import type { RecordLinks } from './record-links.ts';

/** Validates with their test leads, and whose they are; those that are unknown are left out. */
export async function readValidations(
  database: Kysely<PortalTables>,
  ids: readonly string[],
  links: RecordLinks,
): Promise<{ publisherId: string | null; validation: Validation }[]> {
  const rows = await database
    .selectFrom('validations')
    .leftJoin('connections', 'connections.connection_id', 'validations.connection_id')
    // The test lead has the Validate's id.
    .leftJoin('leads', 'leads.lead_id', 'validations.validation_id')
    .select(['validations.folded', 'connections.publisher_id', 'connections.url'])
    .select(['leads.crm_id', 'leads.organization'])
    .where('validations.validation_id', 'in', ids)
    .orderBy('validations.started_at')
    .execute();
  return rows.map(({ folded, publisher_id: publisherId, url, crm_id: crmId, organization }) => ({
    publisherId,
    validation:
      crmId !== null && organization !== null
        ? {
            ...folded,
            testLead: { leadId: folded.validationId, crmUrl: links.to(url, organization, crmId) },
          }
        : folded,
  }));
}
