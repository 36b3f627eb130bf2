/** What every request to the API carries besides its body, and the problems that are answered. */
import { ProblemError } from '@leads/service';
import type { Connection } from './connection-facts.ts';
import type { Fault } from './connection-fields.ts';
import type { Changed } from './connections.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id in the path. @throws ProblemError 404 where it cannot be one of ours */
export function connectionIdOf(path: string): string {
  const id = path.toLowerCase();
  if (!UUID.test(id)) throw unknownConnection();
  return id;
}

/** Who acts, as the caller names them in the header `X-Actor`. */
export function actorOf(header: string | undefined): string {
  const name = (header ?? '').replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '').trim();
  return name === '' ? 'API' : name.slice(0, 200);
}

/** A connection's version as an entity tag. */
export function etagOf({ version }: Pick<Connection, 'version'>): string {
  return `"${version}"`;
}

/** The version in an If-Match header; `undefined` where there is none. @throws ProblemError 412 for a foreign tag */
export function expectedVersionOf(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^"(\d{1,9})"$/.exec(header.trim())?.[1];
  if (version === undefined) {
    throw new ProblemError({
      status: 412,
      title: 'Not a version of this connection',
      detail:
        'The header If-Match does not name a version. Nothing was changed. Read the connection and send its ETag.',
    });
  }
  return Number(version);
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
  }
}

export function unknownConnection(): ProblemError {
  return new ProblemError({
    status: 404,
    title: 'No such connection',
    detail: 'There is no connection with this ID, or it was deleted. Nothing was changed.',
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
