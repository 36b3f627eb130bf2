/** PostgreSQL's LISTEN on a connection of its own, made anew whenever it breaks. */
import { SECOND_MS, within } from '@leads/pacing';
import pg from 'pg';
import { connectionTo, type DatabaseServer } from './server.ts';

const RECONNECT_MS = 1 * SECOND_MS;
/** Below what balancers and NATs allow a connection to be idle, which is minutes. */
const PING_MS = 30 * SECOND_MS;
const ANSWER_MS = 10 * SECOND_MS;

/** An open ear; `close()` ends it. */
export interface Listener {
  close: () => Promise<void>;
}

export interface ListenOptions extends DatabaseServer {
  channel: string;
  onMessage: (payload: string) => void;
  onError: (error: Error) => void;
  /** How often the connection is asked whether it is there still, in milliseconds. */
  pingMs?: number;
  /** How long it may take to answer that, in milliseconds. */
  answerMs?: number;
}

/**
 * Calls `onMessage` for each NOTIFY on a channel.
 *
 * A notification sent while the connection is down never comes, so whoever listens must also look by itself from
 * time to time. A connection that is dead without a word is found by a ping and replaced.
 */
export function listen(options: ListenOptions): Listener {
  const { pingMs = PING_MS, answerMs = ANSWER_MS } = options;
  let closed = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  const again = (error: Error, broken: pg.Client): void => {
    if (closed || broken !== client) return;
    client = undefined;
    clearTimeout(timer);
    options.onError(error);
    broken.end().catch(() => undefined);
    timer = setTimeout(connect, RECONNECT_MS);
  };

  const ping = (open: pg.Client): void => {
    timer = setTimeout(() => {
      within(answerMs, () => open.query('select 1'))
        .then(() => {
          if (open === client && !closed) ping(open);
        })
        .catch((error: unknown) => again(asError(error), open));
    }, pingMs);
  };

  const connect = (): void => {
    const next = new pg.Client({ ...connectionTo(options), application_name: 'listen' });
    client = next;
    next.on('error', (error) => again(error, next));
    next.on('end', () => again(new Error('the connection ended'), next));
    next.on('notification', ({ payload }) => options.onMessage(payload ?? ''));
    next
      .connect()
      .then(() => within(answerMs, () => next.query(`listen ${next.escapeIdentifier(options.channel)}`)))
      .then(() => {
        if (next === client && !closed) ping(next);
      })
      .catch((error: unknown) => again(asError(error), next));
  };

  connect();
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
