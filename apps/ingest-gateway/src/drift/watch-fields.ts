/** Sees that the marketplace sends fields that are not known: after the posts are committed, and without slowing any. */
import { type UnknownField, unknownFieldsIn } from '@leads/contracts';

/** A body whose leads are committed. */
interface SeenBody {
  connectionId: string;
  /** As it was parsed. */
  value: unknown;
  at: Date;
}

/** Bodies that wait to be looked at; what comes beyond is not, for what is new in it comes again. */
const MOST_WAITING = 1_000;

/** New fields of one connection and day; whoever knows an address may make names up. */
const MOST_A_DAY = 100;

export class WatchFields {
  /** What was seen today, by connection: of that nothing is written again. */
  private readonly seen = new Map<string, Set<string>>();
  private day = '';
  private waiting: SeenBody[] = [];

  /**
   * @param keep writes fields down that were not seen before today, and tells of those that are new
   * @param onError told where that failed: they are written with the next post that has them
   */
  constructor(
    private readonly keep: (connectionId: string, fields: readonly UnknownField[], at: Date) => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Returns at once: the answer to the post is written before its fields are looked at. */
  saw(body: SeenBody): void {
    if (this.waiting.length >= MOST_WAITING) return;
    this.waiting.push(body);
    if (this.waiting.length === 1) setImmediate(() => this.lookAtAll());
  }

  private lookAtAll(): void {
    const bodies = this.waiting;
    this.waiting = [];
    for (const body of bodies) this.lookAt(body);
  }

  private lookAt({ connectionId, value, at }: SeenBody): void {
    const day = at.toISOString().slice(0, 10);
    if (day !== this.day) {
      this.day = day;
      this.seen.clear();
    }
    const seen = this.seen.get(connectionId) ?? new Set();
    const room = MOST_A_DAY - seen.size;
    const fields = unknownFieldsIn(value)
      .filter(({ name }) => !seen.has(name))
      .slice(0, room);
    if (fields.length === 0) return;
    for (const { name } of fields) seen.add(name);
    this.seen.set(connectionId, seen);
    this.keep(connectionId, fields, at).catch((error: unknown) => {
      for (const { name } of fields) seen.delete(name);
      this.onError(error);
    });
  }
}
