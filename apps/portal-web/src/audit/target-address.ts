/** Where in the console the thing is that an entry of the audit is about. */

/** @returns the page's address; undefined where what it was done to has no page, or is gone */
export function targetAddress(what: string, target: string | undefined): string | undefined {
  if (target === undefined || what.startsWith('deleted')) return undefined;
  if (what.includes('incident')) return `/incidents/${target}`;
  if (what.endsWith(' lead')) return `/leads/${target}`;
  return what.includes('connection') || what.includes('lead address') ? `/offers/${target}` : undefined;
}
