/** Where a person opens a lead in Dynamics 365. */

/** Where links to records lead, followed by the organisation's host; `undefined`: to the organisation itself. */
export const LINK_BASE = Symbol('link base');

/**
 * The address of a lead's form.
 * @param organization the organisation's origin
 */
export function recordUrl(organization: string, crmId: string, linkBase: string | undefined): string {
  const { origin, host } = new URL(organization);
  const start = linkBase === undefined ? origin : `${linkBase.replace(/\/+$/, '')}/${host}`;
  return `${start}/main.aspx?etn=lead&id=${encodeURIComponent(crmId)}&pagetype=entityrecord`;
}
