/** Work that has only so long. */
import { timerMs } from './durations.ts';

/** The work had not ended when its time was over. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';

  constructor(readonly afterMs: number) {
    super(`no answer within ${afterMs} ms`);
  }
}

/**
 * What the work comes to, or {@link TimedOut} once its time is over.
 *
 * Work that is late is not waited for: whoever can break off listens to the signal, and what comes of it
 * afterwards, failure included, is nobody's any more.
 * @param ms milliseconds, of which a timer takes at most `LONGEST_TIMER_MS`
 */
export async function within<Result>(
  ms: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stopping = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const timedOut = new TimedOut(ms);
    // Before the signal: work that rejects on it must not be taken for work that failed by itself.
    late.reject(timedOut);
    stopping.abort(timedOut);
  }, timerMs(ms));
  try {
    return await Promise.race([work(stopping.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
