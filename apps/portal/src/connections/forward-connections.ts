/** What a person does with connections, handed on to the service that keeps them: only their own, and never the secret address. */
import type { PublisherFacts } from '@leads/contracts/portal-api';
import { ProblemError } from '@leads/service';
import { z } from 'zod';
import type { Viewer } from '../access/viewer.ts';
import type { Credentials, CredentialsAnswer } from './credentials.ts';

export interface Wish {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  viewer: Viewer;
  /** The connection, as the address has it. */
  id?: string | undefined;
  /** A version of it, as the address has it. */
  version?: string | undefined;
  /** What follows the id, or the version. */
  rest?: string;
  ifMatch?: string | undefined;
  body?: unknown;
}

export interface ForwardOptions {
  credentials: Credentials;
  /** The publisher that a viewer acts for. */
  publisher: (publisherId: string) => Promise<PublisherFacts | undefined>;
  /** Whose a connection is as far as the ledger knows: deleted ones too. */
  ownerInLedger: (connectionId: string) => Promise<string | undefined>;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const Owned = z.looseObject({ publisher: z.looseObject({ id: z.string() }) });
const OwnedList = z.looseObject({ connections: z.array(Owned) });
const OwnedVersions = z.looseObject({ versions: z.array(Owned) });
const WithAddress = Owned.extend({ leadAddress: z.url().optional() });
const ProblemBody = z.object({
  title: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

export class ForwardConnections {
  constructor(private readonly options: ForwardOptions) {}

  /**
   * Forwards one wish.
   * @returns a success, without lead address
   * @throws ProblemError as the service answered it, or 404 for what is not the viewer's
   */
  async forward(wish: Wish): Promise<CredentialsAnswer> {
    const path = pathOf(wish);
    await this.requireOwn(wish);
    const answer = await this.send(wish, path, await this.bodyOf(wish));
    return { ...answer, body: withoutAddress(this.onlyOwn(wish, answer.body)) };
  }

  /** The one way to a lead address. */
  async leadAddress(viewer: Viewer, id: string): Promise<string> {
    const wish: Wish = { method: 'GET', viewer, id };
    const { body } = await this.send(wish, pathOf(wish));
    const read = WithAddress.safeParse(body);
    if (!read.success || !isOwn(viewer, read.data)) throw unknown('connection');
    if (read.data.leadAddress !== undefined) return read.data.leadAddress;
    throw new ProblemError({
      status: 409,
      title: 'The lead address cannot be shown',
      detail:
        'What is kept of the lead address cannot be opened any more. Leads are taken in as before. Make a new lead address and enter that in Partner Center.',
    });
  }

  /** @throws ProblemError 404, in the words for one that does not exist: others' connections are nobody's business */
  private async requireOwn({ viewer, id, version }: Wish): Promise<void> {
    if (viewer.publisherId === undefined || id === undefined) return;
    const found = await this.look(viewer, `/api/connections/${id}`);
    if (found === undefined) {
      // A deleted connection's history stays its publisher's.
      if ((await this.options.ownerInLedger(id)) !== viewer.publisherId) throw unknown('connection');
    } else if (!isOwn(viewer, found)) throw unknown('connection');
    if (version === undefined) return;
    const earlier = await this.look(viewer, `/api/connections/${id}/versions/${version}`);
    if (earlier === undefined || !isOwn(viewer, earlier)) throw unknown('version');
  }

  private async look(viewer: Viewer, path: string): Promise<unknown> {
    try {
      return (await this.send({ method: 'GET', viewer }, path)).body;
    } catch (error) {
      if (error instanceof ProblemError && error.getStatus() === 404) return undefined;
      throw error;
    }
  }

  /** A publisher's person creates and changes connections of that publisher, whatever the body says. */
  private async bodyOf({ viewer, method, id, rest, body }: Wish): Promise<unknown> {
    const isDetails = rest === undefined && ((method === 'POST' && id === undefined) || method === 'PUT');
    if (viewer.publisherId === undefined || !isDetails) return body;
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
    const publisher = await this.options.publisher(viewer.publisherId);
    return { ...body, publisher };
  }

  private async send(
    { method, viewer, ifMatch }: Wish,
    path: string,
    body?: unknown,
  ): Promise<CredentialsAnswer> {
    const answer = await this.options.credentials.send({ method, path, actor: viewer.email, ifMatch, body });
    if (answer.status < 300) return answer;
    const problem = ProblemBody.safeParse(answer.body);
    const etag = answer.headers.get('etag');
    if (!problem.success) throw notUnderstood(answer.status);
    const { errors, ...words } = problem.data;
    throw new ProblemError(
      { status: answer.status, ...words, ...(errors ? { errors } : {}) },
      etag === null ? {} : { etag },
    );
  }

  private onlyOwn({ viewer, method, id, version, rest }: Wish, body: unknown): unknown {
    if (viewer.publisherId === undefined || method !== 'GET') return body;
    if (id === undefined) {
      const { connections } = OwnedList.parse(body);
      return { connections: connections.filter((connection) => isOwn(viewer, connection)) };
    }
    if (rest === 'versions' && version === undefined) {
      const { versions } = OwnedVersions.parse(body);
      return { versions: versions.filter((each) => isOwn(viewer, each)) };
    }
    return body;
  }
}

/** @throws ProblemError 404 where it cannot be one of ours: nothing unchecked becomes part of an address */
function pathOf({ id, version, rest }: Wish): string {
  if (id === undefined) return '/api/connections';
  if (!UUID.test(id)) throw unknown('connection');
  if (version !== undefined && !/^\d{1,9}$/.test(version)) throw unknown('version');
  const parts = ['/api/connections', id, ...(version === undefined ? [] : ['versions', version])];
  return [...parts, ...(rest === undefined ? [] : [rest])].join('/');
}

function isOwn({ publisherId }: Viewer, connection: unknown): boolean {
  if (publisherId === undefined) return true;
  const read = Owned.safeParse(connection);
  return read.success && read.data.publisher.id === publisherId;
}

/** The same without any `leadAddress`, however deep. */
export function withoutAddress(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAddress);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name !== 'leadAddress');
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutAddress(inner)]));
}

function unknown(what: 'connection' | 'version'): ProblemError {
  return new ProblemError({
    status: 404,
    title: `No such ${what}`,
    detail:
      what === 'connection'
        ? 'There is no connection with this ID, or it was deleted. Nothing was changed.'
        : 'The connection has no version with this number. Nothing was changed.',
  });
}

function notUnderstood(status: number): ProblemError {
  return new ProblemError({
    status: 502,
    title: 'An answer was not understood',
    detail: `The service that keeps connections answered with ${status} and no words. Reload the page to see how things are; if it lasts, tell the operators.`,
  });
}
