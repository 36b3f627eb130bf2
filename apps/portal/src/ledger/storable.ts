/** Text as PostgreSQL can hold it: it knows neither NUL nor half characters, and a record with one would hold up all. */

/** The text without NUL, and with half characters replaced. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed();
}

/** A value as JSON for a `jsonb` column. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? storable(part) : part));
}
