/**
 * Live events. One tab of the browser holds the event stream and passes what it hears on to the others, because a
 * browser allows a server few connections; when it closes, another takes over. Components do not use this file:
 * queries are renewed by themselves, {@link useLiveStatus} and `useLiveEvent` are for what goes beyond that.
 */
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { LiveEvent } from '@leads/contracts/portal-api';
import { keys } from './keys.ts';
import { effectsOf, LIVE_EVENT_NAMES, readLiveEvent } from './live-effects.ts';

/** `reconnecting` is said after some seconds without a connection only. */
export type LiveStatus = 'live' | 'reconnecting';

const PATIENCE_MS = 4_000;
const REOPEN_MS = 5_000;
/** A busy hour brings hundreds of events a second: the same is read anew at most this often. */
const CALM_MS = 1_000;
const NAME = 'leads-live';

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
  const renewals = new Renewals(queryClient);
  const hear = (event: LiveEvent): void => {
    for (const effect of effectsOf(event)) {
      if (effect.kind === 'renew') queryClient.setQueryData(effect.key, effect.renew);
      else renewals.add(effect.kind === 'invalidate' ? effect.key : []);
    }
    for (const listener of eventListeners) listener(event);
  };

  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }: MessageEvent<LiveMessage>) => {
    if (data.kind === 'event') hear(data.event);
    else setStatus(data.status);
  };
  const tell = (message: LiveMessage): void => {
    channel.postMessage(message);
    if (message.kind === 'event') hear(message.event);
    else setStatus(message.status);
  };

  const ended = new AbortController();
  const hold = (isTakeOver: boolean): Promise<void> =>
    holdStream({ tell, isTakeOver, signal: ended.signal, onRefused: () => renewals.add(keys.session) });
  // Rejects only when it is ended while waiting for the lock.
  whenAlone(hold, ended.signal).catch(() => undefined);
  return () => {
    ended.abort();
    renewals.stop();
    channel.close();
  };
}

/** Runs `hold` as soon as no other tab does. Without locks (they need a secure context) every tab does. */
async function whenAlone(hold: (isTakeOver: boolean) => Promise<void>, signal: AbortSignal): Promise<void> {
  if (!('locks' in navigator)) return hold(false);
  const isHeld = await navigator.locks.request(NAME, { ifAvailable: true }, async (lock) => {
    if (lock) await hold(false);
    return lock !== null;
  });
  if (!isHeld) await navigator.locks.request(NAME, { signal }, () => hold(true));
}

interface Holding {
  tell: (message: LiveMessage) => void;
  /** Whether another tab had the stream before: what came in between is not known. */
  isTakeOver: boolean;
  signal: AbortSignal;
  /** Called when the stream is refused and not only interrupted, as when the session has ended. */
  onRefused: () => void;
}

type LiveMessage = { kind: 'event'; event: LiveEvent } | { kind: 'status'; status: LiveStatus };

/** Keeps a stream open until ended. The browser reconnects by itself and says where it was; a closed one is reopened. */
function holdStream({ tell, isTakeOver, signal, onRefused }: Holding): Promise<void> {
  return new Promise((resolve) => {
    let stream: EventSource | undefined;
    let patience: ReturnType<typeof setTimeout> | undefined;
    let reopening: ReturnType<typeof setTimeout> | undefined;
    let hasBeenAway = isTakeOver;

    const open = (): void => {
      stream = new EventSource('/api/events');
      stream.onopen = () => {
        clearTimeout(patience);
        patience = undefined;
        tell({ kind: 'status', status: 'live' });
        // A stream that had to be opened anew does not know what it missed.
        if (hasBeenAway) tell({ kind: 'event', event: { event: 'reload', data: {} } });
        hasBeenAway = false;
      };
      stream.onerror = () => {
        patience ??= setTimeout(() => tell({ kind: 'status', status: 'reconnecting' }), PATIENCE_MS);
        if (stream?.readyState !== EventSource.CLOSED) return;
        hasBeenAway = true;
        onRefused();
        reopening = setTimeout(open, REOPEN_MS);
      };
      for (const name of LIVE_EVENT_NAMES) {
        stream.addEventListener(name, ({ data }: MessageEvent<string>) => {
          const event = readLiveEvent(name, data);
          if (event) tell({ kind: 'event', event });
        });
      }
    };

    signal.addEventListener('abort', () => {
      stream?.close();
      clearTimeout(patience);
      clearTimeout(reopening);
      resolve();
    });
    if (signal.aborted) resolve();
    else open();
  });
}

/** Invalidates each key at once when it has been calm, and then at most once in {@link CALM_MS}. */
class Renewals {
  private readonly waiting = new Map<string, QueryKey>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly queryClient: QueryClient) {}

  add(key: QueryKey): void {
    this.waiting.set(JSON.stringify(key), key);
    if (this.timer === undefined) this.renew();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private renew(): void {
    this.timer = undefined;
    if (this.waiting.size === 0) return;
    for (const queryKey of this.waiting.values()) {
      // A failure is in the cache and shown from there.
      this.queryClient.invalidateQueries({ queryKey }).catch(() => undefined);
    }
    this.waiting.clear();
    this.timer = setTimeout(() => this.renew(), CALM_MS);
  }
}

function setStatus(next: LiveStatus): void {
  if (status === next) return;
  status = next;
  for (const listener of statusListeners) listener();
}
