/** Every way in which a foreground command is asked to end: signals, and the end of whoever launched it. */
import { launcherPid } from '../config.ts';
import { sayEnding } from './narrator.ts';

/** Signals that come this soon after the first are the same request: a terminal and npm both pass Ctrl-C on. */
const SAME_REQUEST_MS = 2_000;

export interface Shutdown {
  /** Settles with the first reason to end. */
  readonly requested: Promise<string>;
  /** Rejects with the reason as soon as an end is requested: race long work against it. */
  readonly interrupted: Promise<never>;
  /** Asks for the end from within. */
  request(reason: string): void;
  readonly reason: string | undefined;
}

/** The work was interrupted by somebody who wants the command to end. */
export class Interrupted extends Error {}

/** Listens for the request to end. A second signal, some seconds after the first, ends the process at once. */
export function listenForShutdown(): Shutdown {
  let reason: string | undefined;
  let since = 0;
  const { promise: requested, resolve } = Promise.withResolvers<string>();
  const request = (why: string): void => {
    if (reason === undefined) {
      reason = why;
      since = Date.now();
      // After a hang-up there is no terminal left to say it on.
      if (why !== 'SIGHUP') sayEnding();
      resolve(why);
    } else if (Date.now() - since > SAME_REQUEST_MS && why.startsWith('SIG')) {
      // The guard ends what is still running.
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => request(signal));
  const launcher = launcherPid();
  if (launcher !== undefined && process.ppid === launcher) {
    setInterval(() => {
      if (process.ppid !== launcher) request('its launcher ended');
    }, 500).unref();
  }
  const interrupted = requested.then((why) => Promise.reject(new Interrupted(why)));
  interrupted.catch(() => undefined);
  return {
    requested,
    interrupted,
    request,
    get reason() {
      return reason;
    },
  };
}
