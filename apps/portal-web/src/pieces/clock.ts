/** The present time for components, renewed for all of them together. */
import { useSyncExternalStore } from 'react';

/** A clock that ticks every `everyMs`, only while somebody looks at it. */
function clock(everyMs: number): { subscribe: (listener: () => void) => () => void; now: () => number } {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        now = Date.now();
        for (const tell of listeners) tell();
      }, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    now: () => {
      // While nobody listens it stands still: then it is set by whoever asks.
      if (timer === undefined && Date.now() - now > everyMs) now = Date.now();
      return now;
    },
  };
}

const slow = clock(15_000);
const quick = clock(100);

/** The present in milliseconds, every 15 seconds: enough for words such as "5 minutes ago". */
export function useNow(): number {
  return useSyncExternalStore(slow.subscribe, slow.now);
}

/** The present in milliseconds, ten times a second: for a timer that runs before one's eyes. */
export function useQuickNow(): number {
  return useSyncExternalStore(quick.subscribe, quick.now);
}
