/** A stack for one command: on free ports, with data that is thrown away. */
import { randomUUID } from 'node:crypto';
import { fixedPorts, stackSettings } from './config.ts';
import { createDatabaseBeside } from './infrastructure/database.ts';
import { freeInsteadOf } from './infrastructure/ports.ts';
import { sayOnStderr as say } from './processes/narrator.ts';
import type { Shutdown } from './processes/shutdown.ts';
import { type Stack, startStack } from './stack.ts';

/** What the command gives it. */
interface Given {
  dataDir: string;
  shutdown: Shutdown;
  serviceSettings?: Record<string, string>;
}

/**
 * Boots the stack, does the work on it and ends it. On a server or a broker that others use too, it keeps to a database
 * and to topics of its own.
 * @param kind what its database and topics are called after
 * @throws what the work throws; or why the stack failed or was interrupted meanwhile
 */
export async function onOwnStack<Result>(
  kind: string,
  given: Given,
  work: (stack: Stack) => Promise<Result>,
): Promise<Result> {
  const settings = stackSettings();
  const name = `${kind}-${randomUUID().slice(0, 8)}`;
  let own: Awaited<ReturnType<typeof createDatabaseBeside>> | undefined;
  let stack: Stack | undefined;
  try {
    if (settings.databaseUrl !== undefined) own = await createDatabaseBeside(settings.databaseUrl, name);
    stack = await startStack({
      ...given,
      ports: await freeInsteadOf(fixedPorts()),
      topicPrefix: `${name}.`,
      settings: own ? { ...settings, databaseUrl: own.url } : settings,
      careless: true,
      say,
    });
    const ended = stack.failed.then((sentence) => Promise.reject(new Error(sentence)));
    return await Promise.race([work(stack), ended, given.shutdown.interrupted]);
  } finally {
    await stack?.stop();
    await own?.drop();
  }
}
