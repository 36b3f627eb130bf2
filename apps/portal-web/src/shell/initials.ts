/** The initials of a name: of its first and last word, without what stands in brackets. */
export function initialsOf(name: string): string {
  const words = name
    .replaceAll(/\(.*?\)/g, ' ')
    .split(/\s+/)
    .filter((word) => /^\p{L}/u.test(word));
  const [first = '', last = ''] = [words.at(0), words.length > 1 ? words.at(-1) : ''];
  return ([...first].slice(0, 1).join('') + [...last].slice(0, 1).join('')).toUpperCase();
}
