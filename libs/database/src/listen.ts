/** PostgreSQL's LISTEN on a connection of its own, made anew whenever it breaks. */
import pg from 'pg';

const RECONNECT_MS = 1_000;

/** An open ear; `close()` ends it. */
export interface Listener {
  close: () => Promise<void>;
}

/**
 * Calls `onMessage` for each NOTIFY on a channel.
 *
 * A notification sent while the connection is down never comes, so whoever listens must also look by itself from
 * time to time.
 */
export function listen(options: {
  url: string;
  channel: string;
  onMessage: (payload: string) => void;
  onError: (error: Error) => void;
}): Listener {
  let closed = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  const again = (error: Error, broken: pg.Client): void => {
    if (closed || broken !== client) return;
    client = undefined;
    options.onError(error);
    broken.end().catch(() => undefined);
    timer = setTimeout(connect, RECONNECT_MS);
  };

  const connect = (): void => {
    const next = new pg.Client({
      connectionString: options.url,
      application_name: 'listen',
      keepAlive: true,
    });
    client = next;
    next.on('error', (error) => again(error, next));
    next.on('end', () => again(new Error('the connection ended'), next));
    next.on('notification', ({ payload }) => options.onMessage(payload ?? ''));
    next
      .connect()
      .then(() => next.query(`listen ${next.escapeIdentifier(options.channel)}`))
      .catch((error: unknown) => again(error instanceof Error ? error : new Error(String(error)), next));
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
