/** Services that are killed and come back, and those that must not end by themselves. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '@leads/tools';

/** For all that was broken: a busy machine takes minutes to start a broker. */
export const BACK_WITHIN_MS = 240_000;

/** Settles when it is ready again, for which it needs its group, and so the broker. */
export async function comeBack(service: Service): Promise<void> {
  try {
    await service.restart();
  } catch {
    // Not ready in time, which is no failure while a store is away; that it ended would be told again.
    await service.untilReady(BACK_WITHIN_MS);
  }
}

/** Counts what ended by itself, tells its last words, and starts it again as whoever runs it in production does. */
export async function supervise(
  services: readonly Service[],
  ended: AbortSignal,
): Promise<{ selfEnded: number }> {
  let selfEnded = 0;
  while (await pause(1_000, ended)) {
    for (const service of services) {
      if (!service.exit || service.exit.signal === 'SIGKILL') continue;
      selfEnded += 1;
      const words = readFileSync(service.log, 'utf8').trimEnd().split('\n').slice(-5);
      process.stderr.write(`${service.instance} ended by itself:\n${words.join('\n')}\n`);
      await service.restart();
    }
  }
  return { selfEnded };
}

/** @returns false once it is to be calm */
export async function pause(ms: number, calm: AbortSignal): Promise<boolean> {
  await delay(ms, undefined, { signal: calm }).catch(() => undefined);
  return !calm.aborted;
}
