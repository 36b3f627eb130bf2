/** What is done again and again in the background: never twice at once, and awaited at the end. */
import { Doorbell } from './doorbell.ts';

/** One round; it looks at the signal where it can stop half-way. */
export type Round = (signal: AbortSignal) => Promise<unknown>;

export interface RoundsOptions {
  /** From the end of one round to the start of the next, in milliseconds. */
  everyMs: number;
  /** From the start to the first round, in milliseconds; 0 unless told. */
  firstMs?: number;
  /** Told why a round failed; the next one comes in its time all the same. */
  onError: (error: unknown) => void;
}

/** A periodic round. */
export class Rounds {
  private readonly stopping = new AbortController();
  private readonly bell = new Doorbell();
  private running: Promise<void> | undefined;

  constructor(
    private readonly round: Round,
    private readonly options: RoundsOptions,
  ) {}

  /** Begins; a second call changes nothing. */
  start(): void {
    this.running ??= this.run();
  }

  /** Has the next round begin at once, or as soon as the one under way has ended. */
  sooner(): void {
    this.bell.ring();
  }

  /** Begins no further round, and resolves once the one under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.bell.ring();
    await this.running;
  }

  private async run(): Promise<void> {
    const { everyMs, firstMs = 0, onError } = this.options;
    const { signal } = this.stopping;
    if (firstMs > 0) await this.bell.sleep(firstMs);
    while (!signal.aborted) {
      this.bell.answer();
      try {
        await this.round(signal);
      } catch (error) {
        onError(error);
      }
      if (!signal.aborted) await this.bell.sleep(everyMs);
    }
  }
}
