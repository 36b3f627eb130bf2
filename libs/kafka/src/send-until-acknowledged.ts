/** Sends records again, all of them, until the broker has acknowledged them all. */
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type ProducerConfig } from 'kafkajs';
import { backOffMs } from '@leads/pacing';

/** How the client has to be set up for {@link sendUntilAcknowledged}. */
export const PRODUCER_CONFIG: ProducerConfig = {
  // Murmur2 over the key, as the Java client does it.
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  allowAutoTopicCreation: false,
  idempotent: false,
  // The client's own retry skips each broker that has answered, and with it the records of a partition that
  // has moved there meanwhile: it would report them sent. So it gets one attempt, and a retry starts afresh.
  retry: { retries: 0 },
};

const PAUSE = { firstMs: 100, mostMs: 1_000, leastMs: 50 };

/**
 * @param send one attempt of the client
 * @param forMs how long to go on trying: a broker that fails over answers again within seconds
 * @param isOver whether there is no time left for a further attempt, whatever `forMs` says
 * @throws the last attempt's error, or at once one that trying again cannot mend
 */
export async function sendUntilAcknowledged(
  send: () => Promise<unknown>,
  forMs: number,
  isOver: () => boolean = () => false,
): Promise<void> {
  const giveUpAt = performance.now() + forMs;
  for (let failures = 1; ; failures += 1) {
    try {
      await send();
      return;
    } catch (error) {
      const pauseMs = backOffMs(failures, Math.random(), PAUSE);
      if (!isTransient(error) || isOver() || performance.now() + pauseMs > giveUpAt) throw error;
      await delay(pauseMs);
      if (isOver()) throw error;
    }
  }
}

/** The client wraps what it would have tried again, had it been allowed to. */
function isTransient(error: unknown): boolean {
  return error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded;
}
