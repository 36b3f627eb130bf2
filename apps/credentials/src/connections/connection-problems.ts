/** What is answered where something about a connection cannot be done. */
import type { Fault } from '@leads/contracts/connection-details';
import { etagOf, ProblemError } from '@leads/service';
import type { Connection } from '../connection-facts.ts';
import type { Changed } from './connections.ts';

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
