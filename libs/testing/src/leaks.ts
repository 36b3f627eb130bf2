/** Looks for known secrets in what was written or answered. */

/** Texts shorter than this occur by chance. */
const SHORTEST = 12;

/** A secret as itself, and as it could have been written by accident. */
function spellings(secret: string): Set<string> {
  const bytes = Buffer.from(secret);
  return new Set([
    secret,
    encodeURIComponent(secret),
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ]);
}

/**
 * @param inside secrets by their names, which are what may be shown
 * @returns the names of those that stand in the text
 * @throws where a secret is too short to be looked for
 */
export function leaksIn(text: string, inside: ReadonlyMap<string, string>): string[] {
  return [...inside]
    .filter(([name, secret]) => {
      if (secret.length < SHORTEST) throw new Error(`${name} is too short to be looked for.`);
      return [...spellings(secret)].some((spelt) => text.includes(spelt));
    })
    .map(([name]) => name);
}

/**
 * The parts of a signed token (JWS, compact) by which any of it is found: how it and the others of its kind begin, and
 * its signature.
 */
export function partsOfToken(token: string): { beginning: string; signature: string } {
  const [header = '', claims = '', signature = ''] = token.split('.');
  return { beginning: `${header}.${claims.slice(0, 40)}`, signature };
}
