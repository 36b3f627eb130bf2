/** What a person does with connections, handed on to the service that keeps them: only their own, and never the secret address. */
import { Injectable } from '@nestjs/common';
import { ProblemError } from '@leads/service';
import { z } from 'zod';
import { Publishers } from '../access/publishers.ts';
import type { Viewer } from '../access/viewer.ts';
import { Credentials } from '../credentials-api/credentials.ts';
import type { AskedAnswer } from '../service-api/asked-service.ts';

export interface ForwardedRequest {
  method: string;
  viewer: Viewer;
  /** The connection; like the version it becomes part of an address, and has been checked. */
  id?: string | undefined;
  version?: string | undefined;
  /** What follows the id, or the version. */
  rest?: string | undefined;
  ifMatch?: string | undefined;
  body?: unknown;
}

const Owned = z.looseObject({ publisher: z.looseObject({ id: z.string() }) });
const OwnedList = z.looseObject({ connections: z.array(Owned) });
const OwnedVersions = z.looseObject({ versions: z.array(Owned) });
const WithAddress = Owned.extend({ leadAddress: z.url().optional() });

@Injectable()
export class ForwardConnections {
  constructor(
    private readonly credentials: Credentials,
    private readonly publishers: Publishers,
  ) {}

  /**
   * Forwards one request.
   * @returns a success, without lead address
   * @throws ProblemError as the service answered it, or 404 for what is not the viewer's
   */
  async forward(request: ForwardedRequest): Promise<AskedAnswer> {
    const path = pathOf(request);
    await this.requireOwn(request);
    const answer = await this.send(request, path, await this.bodyOf(request));
    return { ...answer, body: withoutAddress(this.onlyOwn(request, answer.body)) };
  }

  /** The one way to a lead address. */
  async leadAddress(viewer: Viewer, id: string): Promise<string> {
    const request: ForwardedRequest = { method: 'GET', viewer, id };
    const { body } = await this.send(request, pathOf(request));
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
  private async requireOwn({ viewer, id, version }: ForwardedRequest): Promise<void> {
    if (viewer.publisherId === undefined || id === undefined) return;
    const found = await this.look(viewer, `/api/connections/${id}`);
    if (found === undefined) {
      // A deleted connection's history stays its publisher's.
      if ((await this.publishers.ofConnection(id)) !== viewer.publisherId) throw unknown('connection');
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
  private async bodyOf({ viewer, method, id, rest, body }: ForwardedRequest): Promise<unknown> {
    const isDetails = rest === undefined && ((method === 'POST' && id === undefined) || method === 'PUT');
    if (viewer.publisherId === undefined || !isDetails) return body;
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
    const publisher = await this.publishers.find(viewer.publisherId);
    return { ...body, publisher };
  }

  private send(
    { method, viewer, ifMatch }: Pick<ForwardedRequest, 'method' | 'viewer' | 'ifMatch'>,
    path: string,
    body?: unknown,
  ): Promise<AskedAnswer> {
    return this.credentials.ask({ method, path, actor: viewer.email, ifMatch, body });
  }

  private onlyOwn({ viewer, method, id, version, rest }: ForwardedRequest, body: unknown): unknown {
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

function pathOf({ id, version, rest, method, viewer: { publisherId } }: ForwardedRequest): string {
  if (id === undefined) {
    const isOnlyOwn = method === 'GET' && publisherId !== undefined;
    return `/api/connections${isOnlyOwn ? `?${new URLSearchParams({ publisherId }).toString()}` : ''}`;
  }
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

/** What is answered for a connection or a version that is none of the viewer's, or none at all. */
export function unknown(what: 'connection' | 'version'): ProblemError {
  return new ProblemError({
    status: 404,
    title: `No such ${what}`,
    detail:
      what === 'connection'
        ? 'There is no connection with this ID, or it was deleted. Nothing was changed.'
        : 'The connection has no version with this number. Nothing was changed.',
  });
}
