/** The posts that the gateway keeps, as somebody may see them: the ledger knows whose connections they came for. */
import { Injectable } from '@nestjs/common';
import {
  AllSettled,
  KeptPostDetail,
  KeptPosts as KeptPostsFound,
  UnknownFieldsFound,
} from '@leads/contracts';
import type { KeptPostPage, KeptPostView, UnknownFields } from '@leads/contracts/portal-api';
import { Kysely } from 'kysely';
import type { z } from 'zod';
import { type Scope, within } from '../access/scope.ts';
import type { Viewer } from '../access/viewer.ts';
import { Gateway } from '../gateway-api/gateway.ts';
import type { PortalTables } from '../tables.ts';
import { type KeptPostListQuery, writeCursor } from './kept-post-query.ts';

/** Of a connection that the ledger does not know yet. */
const UNKNOWN = { offerTitle: '', publisher: { id: '', name: '' } };

/** So often the gateway is asked for those alike at once. */
const MOST_TIMES = 10;

@Injectable()
export class KeptPosts {
  constructor(
    private readonly gateway: Gateway,
    private readonly database: Kysely<PortalTables>,
  ) {}

  /** A page of those in the scope. @throws ProblemError where the gateway does not answer */
  async list(
    viewer: Viewer,
    scope: Scope,
    { state, connectionId, limit, cursor }: KeptPostListQuery,
  ): Promise<KeptPostPage> {
    const connectionIds = await this.connectionsIn(scope, connectionId);
    const wanted = { ...(connectionIds && { connectionIds }), state, after: cursor, limit };
    const { posts, isLast } = await this.act(viewer, 'find', wanted, KeptPostsFound);
    const offers = await this.offersOf(posts.map((post) => post.connectionId));
    const last = posts.at(-1);
    return {
      posts: posts.map((post) => ({ ...post, ...(offers.get(post.connectionId) ?? UNKNOWN) })),
      ...(last && !isLast && { nextCursor: writeCursor(last) }),
    };
  }

  /** One post; `undefined` where there is none in the scope. */
  async read(viewer: Viewer, scope: Scope, postId: string): Promise<KeptPostView | undefined> {
    const post = await this.gateway.read(viewer.email, `/api/kept-posts/${postId}`, KeptPostDetail);
    if (!post) return undefined;
    const offer = (await this.offersOf([post.connectionId])).get(post.connectionId) ?? UNKNOWN;
    const isInScope = scope === 'everybody' || offer.publisher.id === scope.publisherId;
    return isInScope ? { ...post, ...offer } : undefined;
  }

  /** Fields that came for connections in the scope and are not known. */
  async unknownFields(viewer: Viewer, scope: Scope): Promise<UnknownFields> {
    const connectionIds = await this.connectionsIn(scope);
    const path = '/api/unknown-fields/find';
    const { fields } = await this.gateway.act(viewer.email, path, { connectionIds }, UnknownFieldsFound);
    const offers = await this.offersOf(fields.map((field) => field.connectionId));
    return { fields: fields.map((field) => ({ ...field, ...(offers.get(field.connectionId) ?? UNKNOWN) })) };
  }

  /** Asks the gateway for something below its posts. @throws ProblemError as it answered */
  act<Answer>(viewer: Viewer, rest: string, sent: unknown, answer: z.ZodType<Answer>): Promise<Answer> {
    return this.gateway.act(viewer.email, `/api/kept-posts/${rest}`, sent, answer);
  }

  /** Has a post and those alike settled: the gateway does some of them at a time. @throws ProblemError as it answered */
  async actOnAll(viewer: Viewer, rest: string, sent: unknown): Promise<AllSettled> {
    let all = await this.act(viewer, rest, sent, AllSettled);
    for (let times = 1; all.more > 0 && times < MOST_TIMES; times += 1) {
      const next = await this.act(viewer, rest, sent, AllSettled);
      all = { ...next, settled: all.settled + next.settled };
      if (next.settled === 0) break;
    }
    return all;
  }

  /** `undefined`: all there are. */
  private async connectionsIn(scope: Scope, connectionId?: string): Promise<string[] | undefined> {
    if (scope === 'everybody') return connectionId === undefined ? undefined : [connectionId];
    let own = this.database
      .selectFrom('connections')
      .select('connection_id')
      .where(within(scope, 'publisher_id'));
    if (connectionId !== undefined) own = own.where('connection_id', '=', connectionId);
    return (await own.execute()).map((row) => row.connection_id);
  }

  private async offersOf(
    connectionIds: readonly string[],
  ): Promise<Map<string, Pick<KeptPostView, 'offerTitle' | 'publisher'>>> {
    if (connectionIds.length === 0) return new Map();
    const rows = await this.database
      .selectFrom('connections')
      .select(['connection_id', 'offer_title', 'publisher_id', 'publisher_name'])
      .where('connection_id', 'in', connectionIds)
      .execute();
    return new Map(
      rows.map((row) => [
        row.connection_id,
        { offerTitle: row.offer_title, publisher: { id: row.publisher_id, name: row.publisher_name } },
      ]),
    );
  }
}
