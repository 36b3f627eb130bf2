/** The last resort: an error that nobody caught is logged, and the process ends in good order and soon. */
import { SECOND_MS, within } from '@leads/pacing';

/** How long what is under way may take to end, in milliseconds. */
const CLOSE_WITHIN_MS = 10 * SECOND_MS;

export interface UncaughtOptions {
  log: { fatal: (fields: { error: unknown }, what: string) => void };
  /** Ends what is under way; whether it does or not, the process is gone after `closeWithinMs`. */
  close: () => Promise<void>;
  closeWithinMs?: number;
}

/**
 * After such an error nothing is known of the process's state, so it does not go on; it ends with exit code 1, for
 * whoever runs it to start it anew. Nothing is lost by that: what was not settled is taken up again.
 */
export function endOnUncaught({ log, close, closeWithinMs = CLOSE_WITHIN_MS }: UncaughtOptions): void {
  let ending = false;
  const end = (error: unknown): void => {
    log.fatal({ error }, 'an error was caught by nobody, which is a defect; the process ends');
    if (ending) return;
    ending = true;
    within(closeWithinMs, close)
      .catch((closing: unknown) => log.fatal({ error: closing }, 'the process did not end in good order'))
      .finally(() => process.exit(1));
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
