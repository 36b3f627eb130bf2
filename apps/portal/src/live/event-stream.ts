/** One client's stream of server-sent events: what it still has to be told, and when to tell it less. */
import type { Writable } from 'node:stream';
import type { Scope } from '../access/scope.ts';
import { type Change, frameOf, isFor, OPENING, positionFrame, reloadFrame } from './event-frames.ts';

/** Where a stream writes to. */
export type Sink = Pick<
  Writable,
  'writableNeedDrain' | 'destroyed' | 'writableEnded' | 'write' | 'end' | 'destroy' | 'on' | 'off'
>;

/** More events than that at once are one `reload`: a list read anew is cheaper for a browser than so many events. */
const MOST_AT_ONCE = 200;

/** Between two reloads of one client, in milliseconds. */
const RELOAD_EVERY_MS = 2_000;

/** A client that takes nothing for so long is ended, and comes back by the id it has; in milliseconds. */
const SLOW_MS = 30_000;

export interface StreamOptions {
  sink: Sink;
  /** Whose changes. */
  scope: Scope;
  /** The id of the newest change when the stream began: what is not newer is none of its business. */
  position: number;
  /** In milliseconds, from any beginning. */
  now: () => number;
}

/**
 * Holds at most {@link MOST_AT_ONCE} changes for its client, the newest of each lead, offer or Validate, and hands
 * them over when told to. What is more becomes a `reload` with the id of the newest change, at most every
 * {@link RELOAD_EVERY_MS}.
 */
export class EventStream {
  readonly scope: Scope;
  private readonly sink: Sink;
  private readonly now: () => number;
  private readonly waiting = new Map<string, Change>();
  private isFlooded = false;
  private isHeld = false;
  /** The newest change of anybody's that this stream has been told of. */
  private newest: number;
  /** The client has everything up to here that is for it. */
  private covered: number;
  private reloadedAt = -Infinity;
  private blockedSince: number | undefined;

  constructor({ sink, scope, position, now }: StreamOptions) {
    this.sink = sink;
    this.scope = scope;
    this.now = now;
    this.newest = position;
    this.covered = position;
  }

  get hasEnded(): boolean {
    return this.sink.destroyed || this.sink.writableEnded;
  }

  /** Whether something waits for the next {@link flush}. */
  get isBehind(): boolean {
    return !this.isHeld && (this.isFlooded || this.waiting.size > 0);
  }

  /**
   * Opens the stream at its position, or holds it at the change that the client has: then nothing but what
   * {@link catchUp} is given goes out before {@link release}.
   */
  begin(lastId: number | undefined): void {
    this.sink.write(OPENING);
    if (lastId === undefined) {
      this.sink.write(positionFrame(this.covered));
      return;
    }
    this.isHeld = true;
    this.covered = lastId;
  }

  /** What the client has missed, in order. Resolves when it takes more, or has gone. */
  async catchUp(changes: readonly Change[]): Promise<void> {
    if (changes.some(isReload)) {
      this.flood();
      return;
    }
    this.send(changes);
    if (this.sink.writableNeedDrain && !this.hasEnded) await drained(this.sink);
  }

  /** The client has what it missed, or has to read everything anew; from here on it gets what is new. */
  release(missed: 'sent' | 'too-much'): void {
    this.isHeld = false;
    if (missed === 'too-much') this.skipTo(this.newest);
    this.flush();
  }

  /** Whether it is beyond being caught up by single events. */
  get mustReload(): boolean {
    return this.isFlooded;
  }

  /**
   * Takes what is new, in order.
   * @param upTo the newest change that there is, whoever's
   */
  offer(changes: readonly Change[], upTo: number): void {
    for (const change of changes) {
      // One that came back by an id which is ahead of this instance has it already.
      if (!isFor(this.scope, change) || change.id <= this.newest || change.id <= this.covered) continue;
      const key = `${change.event} ${change.about}`;
      // Set anew, so that it stands where its newest change does.
      this.waiting.delete(key);
      this.waiting.set(key, change);
      // Once flooded, what comes is told by the reload that is due.
      if (this.isFlooded || isReload(change) || this.waiting.size > MOST_AT_ONCE) this.flood();
    }
    this.newest = Math.max(this.newest, upTo);
  }

  /** Too much has happened to tell each, or the ids have begun anew. */
  skipTo(id: number): void {
    this.newest = id;
    // Lower where the ids have begun anew.
    this.covered = Math.min(this.covered, id);
    this.flood();
  }

  /** Writes what waits, unless the client has not taken what came before. */
  flush(): void {
    if (this.isHeld || this.hasEnded || this.isBlocked()) return;
    if (this.isFlooded) {
      if (this.now() - this.reloadedAt < RELOAD_EVERY_MS) return;
      this.reloadedAt = this.now();
      this.isFlooded = false;
      this.waiting.clear();
      this.sink.write(reloadFrame(this.newest));
    } else {
      this.send([...this.waiting.values()]);
      this.waiting.clear();
    }
    this.covered = Math.max(this.covered, this.newest);
  }

  /** Shows that the stream lives, and moves the client's id on past what was not for it. */
  beat(): void {
    if (this.hasEnded) return;
    if (this.isBlocked()) {
      if (this.now() - (this.blockedSince ?? 0) >= SLOW_MS) this.sink.destroy();
      return;
    }
    this.sink.write(positionFrame(this.covered));
  }

  end(): void {
    this.sink.end();
  }

  private flood(): void {
    this.isFlooded = true;
    this.waiting.clear();
  }

  private send(changes: readonly Change[]): void {
    const last = changes.at(-1);
    if (!last || this.hasEnded) return;
    this.sink.write(changes.map(frameOf).join(''));
    this.covered = Math.max(this.covered, last.id);
  }

  private isBlocked(): boolean {
    if (this.sink.writableNeedDrain) this.blockedSince ??= this.now();
    else this.blockedSince = undefined;
    return this.blockedSince !== undefined;
  }
}

/** Whoever appended to the feed found it too much already. */
function isReload({ event }: Change): boolean {
  return event === 'reload';
}

function drained(sink: Sink): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      sink.off('drain', done);
      sink.off('close', done);
      resolve();
    };
    sink.on('drain', done);
    sink.on('close', done);
  });
}
