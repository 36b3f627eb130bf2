/** Where signing in and out begins. */

/** The portal sends the browser on to Entra ID and, afterwards, back to `returnTo` (a path of the console). */
export function signInAddress(returnTo: string): string {
  return `/sign-in?${new URLSearchParams({ return: returnPath(returnTo) })}`;
}

/** The console's own page for those who are not signed in. */
export function signedOutAddress(returnTo: string, problem?: string): string {
  const query = new URLSearchParams({ return: returnPath(returnTo) });
  if (problem !== undefined) query.set('problem', problem);
  return `/signed-out?${query}`;
}

/** A path of the console's own, whatever came in an address: nobody is sent to another site by a link. */
export function returnPath(text: string | null): string {
  if (
    text === null ||
    !/^\/(?![/\\])/.test(text) ||
    /^\/(?:signed-out|sign-in|sign-out|auth|api)(?:[/?#]|$)/.test(text)
  )
    return '/';
  return text;
}
