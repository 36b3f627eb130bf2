/** Work that may be lost, done in memory: so many pieces at a time, so many waiting, and no more. */

export interface BoundedWorkOptions {
  /** The most pieces under way. */
  concurrency: number;
  /** The most pieces waiting. */
  capacity: number;
  onError: (error: unknown) => void;
}

export class BoundedWork {
  private readonly waiting: (() => Promise<void>)[] = [];
  private inFlight = 0;
  private whenIdle: (() => void)[] = [];

  constructor(private readonly options: BoundedWorkOptions) {}

  /** @returns false where there is no room: the work is not done */
  offer(work: () => Promise<void>): boolean {
    if (this.waiting.length >= this.options.capacity) return false;
    this.waiting.push(work);
    this.startNext();
    return true;
  }

  /** Resolves once nothing waits and nothing is under way. */
  idle(): Promise<void> {
    if (this.inFlight === 0 && this.waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.whenIdle.push(resolve));
  }

  private startNext(): void {
    while (this.inFlight < this.options.concurrency) {
      const work = this.waiting.shift();
      if (!work) break;
      this.inFlight += 1;
      work()
        .catch((error: unknown) => this.options.onError(error))
        .finally(() => this.finishOne());
    }
  }

  private finishOne(): void {
    this.inFlight -= 1;
    this.startNext();
    if (this.inFlight > 0) return;
    for (const resolve of this.whenIdle.splice(0)) resolve();
  }
}
