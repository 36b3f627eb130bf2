/** What every request to the API carries besides its body, and the problems that are answered. */
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '@leads/service';
import type { Fault } from '@leads/contracts/connection-details';
import type { Connection } from './connection-facts.ts';
import type { Changed } from './connections.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The connection in the path. @throws ProblemError 404 where it cannot be one of ours */
export function connectionIdOf({ params }: FastifyRequest): string {
  const id = (params as { id?: string }).id?.toLowerCase() ?? '';
  if (!UUID.test(id)) throw unknownConnection();
  return id;
}

/** Who acts, as the caller names them in the header `X-Actor`. */
export function actorOf({ headers }: FastifyRequest): string {
  const name = String(headers['x-actor'] ?? '')
    .replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '')
    .trim();
  return name === '' ? 'API' : name.slice(0, 200);
}

/** A connection's version as an entity tag. */
export function etagOf({ version }: Pick<Connection, 'version'>): string {
  return `"${version}"`;
}

/** The version in the header If-Match; `undefined` where there is none. @throws ProblemError 412 for a foreign tag */
export function expectedVersionOf({ headers }: FastifyRequest): number | undefined {
  const header = headers['if-match']?.trim();
  if (header === undefined || header === '*') return undefined;
  const version = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (version !== undefined) return Number(version);
  throw new ProblemError({
    status: 412,
    title: 'Not a version of this connection',
    detail:
      'The header If-Match does not name a version. Nothing was changed. Read the connection and send its ETag.',
  });
}

/** As {@link expectedVersionOf}, for what could overwrite another's work. @throws ProblemError 428 without the header */
export function requiredVersionOf(request: FastifyRequest): number | undefined {
  if (request.headers['if-match'] !== undefined) return expectedVersionOf(request);
  throw new ProblemError({
    status: 428,
    title: 'Which version was changed?',
    detail:
      'Send the ETag of the connection that was read in the header If-Match, so that nobody else is overwritten. Nothing was changed.',
  });
}

/** The connection after a change. @throws ProblemError saying why there was none */
export function connectionOf(changed: Changed): Connection {
  if (changed.ok) return changed.connection;
  const { refusal } = changed;
  switch (refusal.kind) {
    case 'unknown':
      throw unknownConnection();
    case 'version-conflict':
      throw new ProblemError(
        {
          status: 412,
          title: 'Changed by somebody else',
          detail: `The connection was changed meanwhile and is at version ${refusal.version}. Nothing of yours was saved. Read it again, look at what changed, and send your change once more.`,
        },
        { etag: etagOf(refusal) },
      );
    case 'not-now':
      throw new ProblemError({
        status: 409,
        title: 'Not possible now',
        detail: `${refusal.detail} Nothing was changed.`,
      });
    case 'not-accepted':
      throw notAccepted(refusal.faults);
  }
}

export function unknownConnection(): ProblemError {
  return new ProblemError({
    status: 404,
    title: 'No such connection',
    detail: 'There is no connection with this ID, or it was deleted. Nothing was changed.',
  });
}

export function unknownVersion(): ProblemError {
  return new ProblemError({
    status: 404,
    title: 'No such version',
    detail: 'The connection has no version with this number. Nothing was changed.',
  });
}

/** All faults of one request at once. */
export function notAccepted(faults: Fault[]): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'The connection details cannot be accepted',
    detail: `${faults.length === 1 ? 'One entry needs' : `${faults.length} entries need`} correcting. Nothing was saved.`,
    errors: faults,
  });
}
