/** Where a person finds a lead in Dynamics 365. */

/**
 * The address of a lead's form.
 * @param organization the organisation's origin
 * @param crmId the record's id
 * @param linkBase where links to records lead, followed by the organisation's host; `undefined`: to the organisation
 */
export function recordLink(organization: string, crmId: string, linkBase: string | undefined): string {
  const { origin, host } = new URL(organization);
  const start = linkBase === undefined ? origin : `${linkBase.replace(/\/+$/, '')}/${host}`;
  return `${start}/main.aspx?etn=lead&id=${encodeURIComponent(crmId)}&pagetype=entityrecord`;
}
