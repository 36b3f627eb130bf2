/** Where a person finds a lead in Dynamics 365. */
import { KNOWN_REGIONS, readDynamicsUrl } from './connection-details/dynamics-url.ts';

/**
 * The address of a lead's form. Outcomes are not signed, and whoever forges one must not choose where our links lead:
 * there is none but to the organisation of the connection, whose record is signed.
 * @param record as an outcome tells of it: the organisation's origin, and the record's id there
 * @param connectionUrl the connection's own URL; `null` where it is not known: hosts of Dynamics 365 alone are linked
 * @param linkBase where links to records lead, followed by the organisation's host; `undefined`: to the organisation
 */
export function recordLink(
  { organization, crmId }: { organization: string; crmId: string },
  connectionUrl: string | null,
  linkBase: string | undefined,
): string | undefined {
  const url = URL.parse(organization);
  const isOurs =
    connectionUrl === null
      ? readDynamicsUrl(organization, KNOWN_REGIONS).ok
      : url?.origin === URL.parse(connectionUrl)?.origin;
  if (!url || !isOurs) return undefined;
  const start = linkBase === undefined ? url.origin : `${linkBase.replace(/\/+$/, '')}/${url.host}`;
  return `${start}/main.aspx?etn=lead&id=${encodeURIComponent(crmId)}&pagetype=entityrecord`;
}
