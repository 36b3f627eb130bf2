/**
 * Follows the feed of changes for everybody who looks on at this instance: one LISTEN and one read for all of them.
 *
 * The feed is in the database and NOTIFY reaches every instance, so a client may come back to any.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { listen, type Listener } from '@leads/database';
import { Doorbell } from '@leads/pacing';
import { databaseOf, type DatabaseVariables, LOG, type Logger, SETTINGS } from '@leads/service';
import { Kysely } from 'kysely';
import type { Scope } from '../access/scope.ts';
import type { Settings } from '../config.ts';
import type { PortalTables } from '../tables.ts';
import { CHANGES_CHANNEL } from '../ledger/publish-changes.ts';
import { countChanges, readChanges } from './changes.ts';
import { EventStream, type Sink } from './event-stream.ts';

/** At most ten looks a second, and so at most ten batches to a client. */
const TICK_MS = 100;
/** A notification can be lost with its connection: a look is due now and then all the same. */
const IDLE_MS = 5_000;
const RETRY_MS = 1_000;
/** More than that at one look, and everybody is told to read anew. */
const MOST_AT_A_LOOK = 5_000;
/** A client that missed more than that is told to read anew. */
const MOST_MISSED = 5_000;
/** Among so many changes of others it is not even looked whether it did. */
const MOST_PASSED = 100_000;
const CATCH_UP_PAGE = 500;
const BEAT_MS = 15_000;

export interface Opening {
  sink: Sink;
  scope: Scope;
  /** Who follows, told apart from everybody else. */
  person: string;
  /** The id of the last change that the client has; `undefined`: it begins. */
  lastId: number | undefined;
  /** Whether whoever opened the stream may still see it; asked at each heartbeat. */
  stillAllowed: () => Promise<boolean>;
}

@Injectable()
export class FollowChanges implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly streams = new Map<EventStream, Pick<Opening, 'stillAllowed' | 'person'>>();
  private readonly bell = new Doorbell();
  private readonly enough = new AbortController();
  private listener: Listener | undefined;
  private heart: NodeJS.Timeout | undefined;
  private loop: Promise<void> = Promise.resolve();
  private looking: Promise<void> = Promise.resolve();
  private newest: number | undefined;
  /** Whether there was nothing in the feed at the last look. */
  private isEmpty = false;

  constructor(
    private readonly database: Kysely<PortalTables>,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, keyof DatabaseVariables | 'PERSON_SESSIONS'>,
    @Inject(LOG) private readonly log: Pick<Logger, 'warn'>,
  ) {}

  onApplicationBootstrap(): void {
    this.listener = listen({
      ...databaseOf(this.settings),
      channel: CHANGES_CHANNEL,
      onMessage: () => this.bell.ring(),
      onError: (error) =>
        this.log.warn({ error }, 'live updates are looked for every few seconds until LISTEN works again'),
    });
    this.heart = setInterval(() => this.beat(), BEAT_MS);
    this.loop = this.run();
  }

  /** Ends every stream at once: their clients come back by their ids, to another instance or the next. */
  async beforeApplicationShutdown(): Promise<void> {
    this.enough.abort();
    this.bell.ring();
    clearInterval(this.heart);
    for (const stream of this.streams.keys()) stream.end();
    this.streams.clear();
    await this.loop;
    await this.listener?.close();
  }

  /** Whether there is a place in the feed to begin at: not before the first look, and not once the end has begun. */
  get isReady(): boolean {
    return this.newest !== undefined && !this.enough.signal.aborted;
  }

  /** Tells a client of everything from now on, or from the change on that it has; until its sink closes. */
  async open({ sink, scope, lastId, stillAllowed, person }: Opening): Promise<void> {
    // Between two looks, so that nothing falls between what is missed and what is told from now on.
    await this.looking.catch(() => undefined);
    if (!this.isReady || sink.destroyed) {
      sink.end();
      return;
    }
    const position = this.newest ?? 0;
    const stream = new EventStream({ sink, scope, position, now: () => performance.now() });
    this.endOldestOf(person);
    this.streams.set(stream, { stillAllowed, person });
    sink.on('close', () => this.streams.delete(stream));
    stream.begin(lastId);
    if (lastId === undefined) return;
    try {
      stream.release(await this.catchUp(stream, lastId, position));
      if (stream.isBehind) this.bell.ring();
    } catch (error) {
      this.log.warn({ error }, 'a client could not be told what it missed; it is to come back');
      stream.end();
    }
  }

  /** A browser follows once, whatever its tabs: nobody needs more streams than sessions, and one more ends the oldest. */
  private endOldestOf(person: string): void {
    const theirs = [...this.streams].filter(([, other]) => other.person === person);
    for (const [stream] of theirs.slice(0, Math.max(0, theirs.length + 1 - this.settings.PERSON_SESSIONS))) {
      this.streams.delete(stream);
      stream.end();
    }
  }

  private async catchUp(stream: EventStream, lastId: number, upTo: number): Promise<'sent' | 'too-much'> {
    const { scope } = stream;
    let after = lastId;
    while (!stream.hasEnded && !stream.mustReload) {
      const wanted = { after, upTo, scopes: [scope], limit: CATCH_UP_PAGE };
      const { changes, kept } = await readChanges(this.database, wanted);
      // Where the feed has been emptied, nobody can tell what was in it.
      if (!kept) return lastId === upTo ? 'sent' : 'too-much';
      // Not kept as far back, or from before the ids began anew.
      if (after + 1 < kept.oldest || lastId > kept.newest) return 'too-much';
      if (after === lastId && (await this.isTooMuch(stream, lastId, upTo))) return 'too-much';
      await stream.catchUp(changes);
      const last = changes.at(-1);
      if (changes.length < CATCH_UP_PAGE || !last) break;
      after = last.id;
    }
    return stream.mustReload ? 'too-much' : 'sent';
  }

  private async isTooMuch({ scope }: EventStream, lastId: number, upTo: number): Promise<boolean> {
    if (upTo - lastId <= MOST_MISSED) return false;
    if (upTo - lastId > MOST_PASSED) return true;
    const limit = MOST_MISSED + 1;
    return (await countChanges(this.database, { after: lastId, scope, limit })) === limit;
  }

  private async run(): Promise<void> {
    const { signal } = this.enough;
    while (!signal.aborted) {
      this.bell.answer();
      let pauseMs = TICK_MS;
      try {
        this.looking = this.look();
        await this.looking;
      } catch (error) {
        this.log.warn({ error }, 'live updates wait: the database does not answer; this is tried again');
        pauseMs = RETRY_MS;
      }
      const streams = [...this.streams.keys()];
      for (const stream of streams) stream.flush();
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      if (streams.every((stream) => !stream.isBehind)) await this.bell.sleep(IDLE_MS);
    }
  }

  private async look(): Promise<void> {
    const streams = [...this.streams.keys()];
    const { newest } = this;
    const { changes, kept } = await readChanges(this.database, {
      after: newest ?? Number.MAX_SAFE_INTEGER,
      scopes: streams.map(({ scope }) => scope),
      limit: streams.length === 0 ? 0 : MOST_AT_A_LOOK,
    });
    if (!kept) {
      this.newest ??= 0;
      // Its newest change is always kept, but for a crash of the database: nobody can tell what it took with it.
      if (newest !== undefined && newest > 0 && !this.isEmpty) {
        for (const stream of this.streams.keys()) stream.skipTo(newest);
      }
      this.isEmpty = true;
      return;
    }
    this.isEmpty = false;
    this.newest = kept.newest;
    if (newest === undefined || newest === kept.newest) return;
    // Ids that have begun anew have told nobody anything yet.
    const isSkipped = kept.newest < newest || newest + 1 < kept.oldest || changes.length === MOST_AT_A_LOOK;
    for (const stream of this.streams.keys()) {
      if (isSkipped) stream.skipTo(kept.newest);
      else stream.offer(changes, kept.newest);
    }
  }

  private beat(): void {
    for (const [stream, { stillAllowed }] of this.streams) {
      stillAllowed()
        .then((isAllowed) => (isAllowed ? stream.beat() : stream.end()))
        .catch((error: unknown) => {
          this.log.warn({ error }, 'it could not be looked whether somebody is still signed in');
        });
    }
  }
}
