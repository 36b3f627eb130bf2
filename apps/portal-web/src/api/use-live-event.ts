/** Live events for a component that wants more than its queries invalidated. */
import { useEffect, useRef } from 'react';
import type { LiveEvent } from '@leads/contracts/portal-api';
import { onLiveEvent } from './live.ts';

/** Calls `listener` with every live event while the component is shown; the newest `listener` is the one called. */
export function useLiveEvent(listener: (event: LiveEvent) => void): void {
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => onLiveEvent((event) => newest.current(event)), []);
}
