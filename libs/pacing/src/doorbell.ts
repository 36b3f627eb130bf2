/** A sleep that news can end. */
import { timerMs } from './durations.ts';

/** One sleeper's bell: who rings while it sleeps wakes it, who rings before makes it not sleep at all. */
export class Doorbell {
  private rung = false;
  private wakeSleeper: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wakeSleeper?.();
  }

  /** Forgets a ring that has been answered: for a sleeper that is about to look anyway. */
  answer(): void {
    this.rung = false;
  }

  /**
   * Sleeps until the bell rings, or for so many milliseconds; the ring is answered by it.
   * @param ms of a longer wait than a timer takes, the first `LONGEST_TIMER_MS`
   */
  async sleep(ms: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timerMs(ms));
        this.wakeSleeper = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wakeSleeper = undefined;
    }
    this.rung = false;
  }
}
