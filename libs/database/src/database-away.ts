/** A database that does not answer, takes nobody in or has no room, told from a statement that it refused. */

/** The same may be asked again in a moment; whether it was done, where something was to be changed, is not known. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway';
  /** PostgreSQL's or the network's word for it, where there is one. */
  readonly code: string | undefined;

  constructor(cause: unknown) {
    super(cause instanceof Error && cause.message !== '' ? cause.message : 'The database does not answer.');
    this.code = codeOf(cause);
  }
}

/**
 * Classes and codes of PostgreSQL: the connection failed, it shuts down or starts, has no slot, disk or memory left, its
 * disk fails, or it is a standby that may not be written (as while another takes over).
 */
const AWAY = /^(08|57P0|53|58030$|25P03$|25006$)/;

/** Of the network. */
const UNREACHED = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** The driver's own words, which have no code. */
const LOST = /^(Connection terminated|Client has encountered a connection error|Client was closed)/;

/** Whether a statement failed because of its connection and not for what it says. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return AWAY.test(code) || UNREACHED.has(code);
  return error instanceof Error && LOST.test(error.message);
}

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
