/** Where a request comes from, as browsers say and pages cannot change. */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser says that a request was made by a page of another site. A program that says nothing is none.
 * @param publicUrl the portal's own origin
 */
export function isFromElsewhere(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (site !== undefined && site !== 'same-origin') return true;
  return origin !== undefined && origin !== publicUrl;
}
