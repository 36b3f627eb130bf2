/** What an error of the database says, of whom, and what a log may say of it. */

/** PostgreSQL's classes of what is wrong with the rows and not with the server: data, constraints, limits of a row. */
const OF_THE_DATA = /^(22|23|54)/;

/** Whether a statement failed for what it was given, and not because the database is away. */
export function isOfTheData(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && OF_THE_DATA.test(code);
}

/** For a log: PostgreSQL's own messages can quote values, its code says enough. */
export function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error ? error.code : error.message;
}
