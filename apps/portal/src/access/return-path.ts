/** Where the browser goes after a sign-in. */

/** A page of the console, whatever an address says: nobody is sent to another site, or in circles, by a link. */
export function returnPath(text: string | undefined): string {
  if (text === undefined || text.length > 2_000 || !text.startsWith('/')) return '/';
  // As a browser reads it: it drops tabs and line ends, and takes a backslash for a slash.
  const here = 'http://here.invalid';
  const url = URL.parse(text, here);
  if (
    !url ||
    url.origin !== here ||
    /^\/(?:api|auth|sign-in|sign-out|signed-out)(?:\/|$)/.test(url.pathname)
  ) {
    return '/';
  }
  // A path that begins with two slashes would be another host.
  return `${url.pathname}${url.search}${url.hash}`.replace(/^\/+/, '/');
}
