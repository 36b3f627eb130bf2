/** The replay whose progress is shown: it stays in view while one looks at other pages, in this tab. */
import { useSyncExternalStore } from 'react';

const NAME = 'leads-replay';
const listeners = new Set<() => void>();

export function useShownReplay(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => sessionStorage.getItem(NAME),
  );
}

/** @param replayId none takes it from view */
export function showReplay(replayId: string | undefined): void {
  if (replayId === undefined) sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, replayId);
  for (const listener of listeners) listener();
}
