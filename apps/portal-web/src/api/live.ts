/**
 * Live events. One tab of the browser holds the event stream and passes what it hears on to the others, because a
 * browser allows a server few connections; when it closes, another takes over. Components do not use this file:
 * queries are invalidated by themselves, {@link useLiveStatus} and `useLiveEvent` are for what goes beyond that.
 */
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { LiveEvent } from '@leads/contracts/portal-api';
import { invalidate } from './invalidate.ts';
import { keys } from './keys.ts';
import { effectsOf, LIVE_EVENT_NAMES, readLiveEvent } from './live-effects.ts';

/** `reconnecting` is said after some seconds without a connection only. */
export type LiveStatus = 'live' | 'reconnecting';

const RECONNECTING_AFTER_MS = 4_000;
const REOPEN_MS = 5_000;
/** A busy hour brings hundreds of events a second: the same is read anew at most this often. */
const THROTTLE_MS = 1_000;
const CHANNEL = 'leads-live';

let status: LiveStatus = 'live';
const statusListeners = new Set<() => void>();
const eventListeners = new Set<(event: LiveEvent) => void>();

export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(
    (listener) => {
      statusListeners.add(listener);
      return () => statusListeners.delete(listener);
    },
    () => status,
  );
}

/** Calls the listener with every event as it comes. @returns how to stop it */
export function onLiveEvent(listener: (event: LiveEvent) => void): () => void {
  eventListeners.add(listener);
  return () => eventListeners.delete(listener);
}

/** Begins to follow. @returns how to end it */
export function followLiveEvents(queryClient: QueryClient): () => void {
  const invalidations = new Invalidations(queryClient);
  const apply = (event: LiveEvent): void => {
    for (const effect of effectsOf(event)) {
      if (effect.kind === 'replace') queryClient.setQueryData(effect.key, effect.replace);
      else invalidations.add(effect.kind === 'invalidate' ? effect.key : []);
    }
    for (const listener of eventListeners) listener(event);
  };

  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<LiveMessage>) => {
    if (data.kind === 'event') apply(data.event);
    else setStatus(data.status);
  };
  const broadcast = (message: LiveMessage): void => {
    channel.postMessage(message);
    if (message.kind === 'event') apply(message.event);
    else setStatus(message.status);
  };

  const ended = new AbortController();
  const hold = (isTakeOver: boolean): Promise<void> =>
    holdStream({
      broadcast,
      isTakeOver,
      signal: ended.signal,
      onRefused: () => invalidations.add(keys.session),
    });
  // Rejects only when it is ended while waiting for the lock.
  whenAlone(hold, ended.signal).catch(() => undefined);
  return () => {
    ended.abort();
    invalidations.stop();
    channel.close();
  };
}

/** Runs `hold` as soon as no other tab does. Without locks (they need a secure context) every tab does. */
async function whenAlone(hold: (isTakeOver: boolean) => Promise<void>, signal: AbortSignal): Promise<void> {
  if (!('locks' in navigator)) return hold(false);
  const isHeld = await navigator.locks.request(CHANNEL, { ifAvailable: true }, async (lock) => {
    if (lock) await hold(false);
    return lock !== null;
  });
  if (!isHeld) await navigator.locks.request(CHANNEL, { signal }, () => hold(true));
}

interface Holding {
  broadcast: (message: LiveMessage) => void;
  /** Whether another tab had the stream before: what came in between is not known. */
  isTakeOver: boolean;
  signal: AbortSignal;
  /** Called when the stream is refused and not only interrupted, as when the session has ended. */
  onRefused: () => void;
}

type LiveMessage = { kind: 'event'; event: LiveEvent } | { kind: 'status'; status: LiveStatus };

/** Keeps a stream open until ended. The browser reconnects by itself and says where it was; a closed one is reopened. */
function holdStream({ broadcast, isTakeOver, signal, onRefused }: Holding): Promise<void> {
  return new Promise((resolve) => {
    let stream: EventSource | undefined;
    let reconnecting: ReturnType<typeof setTimeout> | undefined;
    let reopening: ReturnType<typeof setTimeout> | undefined;
    let hasBeenAway = isTakeOver;

    const open = (): void => {
      stream = new EventSource('/api/events');
      stream.onopen = () => {
        clearTimeout(reconnecting);
        reconnecting = undefined;
        broadcast({ kind: 'status', status: 'live' });
        // A stream that had to be opened anew does not know what it missed.
        if (hasBeenAway) broadcast({ kind: 'event', event: { event: 'reload', data: {} } });
        hasBeenAway = false;
      };
      stream.onerror = () => {
        reconnecting ??= setTimeout(
          () => broadcast({ kind: 'status', status: 'reconnecting' }),
          RECONNECTING_AFTER_MS,
        );
        if (stream?.readyState !== EventSource.CLOSED) return;
        hasBeenAway = true;
        onRefused();
        reopening = setTimeout(open, REOPEN_MS);
      };
      for (const name of LIVE_EVENT_NAMES) {
        stream.addEventListener(name, ({ data }: MessageEvent<string>) => {
          const event = readLiveEvent(name, data);
          if (event) broadcast({ kind: 'event', event });
        });
      }
    };

    signal.addEventListener('abort', () => {
      stream?.close();
      clearTimeout(reconnecting);
      clearTimeout(reopening);
      resolve();
    });
    if (signal.aborted) resolve();
    else open();
  });
}

/** Invalidates a key at once, and then at most once in {@link THROTTLE_MS}. */
class Invalidations {
  private readonly stale = new Map<string, QueryKey>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly queryClient: QueryClient) {}

  add(key: QueryKey): void {
    this.stale.set(JSON.stringify(key), key);
    if (this.timer === undefined) this.flush();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private flush(): void {
    this.timer = undefined;
    if (this.stale.size === 0) return;
    invalidate(this.queryClient, ...this.stale.values());
    this.stale.clear();
    this.timer = setTimeout(() => this.flush(), THROTTLE_MS);
  }
}

function setStatus(next: LiveStatus): void {
  if (status === next) return;
  status = next;
  for (const listener of statusListeners) listener();
}
