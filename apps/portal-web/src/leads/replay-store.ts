/** The replay whose progress is shown, in this tab: on the page where it was asked for. */
import { useSyncExternalStore } from 'react';

const NAME = 'leads-replay';
const listeners = new Set<() => void>();

/** @param place the path of the page that asks */
export function useShownReplay(place: string): string | undefined {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => sessionStorage.getItem(NAME),
  );
  const [replayId, where] = shown?.split(' ') ?? [];
  return where === place ? replayId : undefined;
}

/** Shows it on the page that one is on, in place of the one before. */
export function showReplay(replayId: string): void {
  sessionStorage.setItem(NAME, `${replayId} ${location.pathname}`);
  tell();
}

/** Takes it from view. */
export function hideReplay(): void {
  sessionStorage.removeItem(NAME);
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}
