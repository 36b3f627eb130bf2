/** Has a process keep time by the database's clock, and tells where its machine's own one is wrong. */
import type { DatabaseClock } from '@leads/database';
import { Rounds, SECOND_MS, within } from '@leads/pacing';
import { Gauge, type Registry } from 'prom-client';
import type { Logger } from './log.ts';

const EVERY_MS = 30 * SECOND_MS;
const FIRST_WITHIN_MS = 5 * SECOND_MS;

/** From here on a difference of the clocks is told, in milliseconds. */
const WORTH_TELLING_MS = 5 * SECOND_MS;

/** Asks the time now, and again and again until the rounds that it returns are stopped. */
export async function followClock(
  clock: Pick<DatabaseClock, 'measure' | 'skewMs'>,
  log: Pick<Logger, 'warn' | 'info'>,
  register: Registry,
): Promise<Rounds> {
  let isTold = false;
  const look = async (): Promise<void> => {
    await clock.measure();
    const skewMs = clock.skewMs();
    const isWrong = Math.abs(skewMs) > WORTH_TELLING_MS;
    if (isWrong && !isTold) {
      log.warn(
        { skewSeconds: Math.round(skewMs / SECOND_MS) },
        "the clock of this machine and the database's differ: times are kept by the database's; have both set",
      );
    }
    if (!isWrong && isTold) log.info({}, "the clock of this machine and the database's agree again");
    isTold = isWrong;
  };
  new Gauge({
    name: 'clock_skew_seconds',
    help: "How far the clock of this machine is ahead of the database's.",
    registers: [register],
    collect() {
      this.set(clock.skewMs() / SECOND_MS);
    },
  });
  const onError = (error: unknown): void =>
    log.warn({ error }, "the database's clock could not be read; it is tried again");
  // A service starts without its database, too.
  await within(FIRST_WITHIN_MS, look).catch(onError);
  const rounds = new Rounds(look, { everyMs: EVERY_MS, firstMs: EVERY_MS, onError });
  rounds.start();
  return rounds;
}
