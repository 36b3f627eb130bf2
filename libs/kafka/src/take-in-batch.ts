/** What happens to a batch: check and decode, put aside what fails, hand over the rest, advance. */
import type { Topic } from '@leads/contracts';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { asError } from './as-error.ts';
import { handOver, type RefusalOf } from './hand-over.ts';
import type { Received, Undecodable } from './received.ts';
import { decodeMessages, recordOf } from './record-coding.ts';
import type { CheckRecord } from './record-signatures.ts';

/** The most records a handler gets at once, so that it stays within milliseconds. */
export const CHUNK_RECORDS = 500;

/** How often a handler that takes long is covered by a heartbeat; the client thins them out. */
const HEARTBEAT_EVERY_MS = 1_000;

/** What of the client's batch this loop needs. */
export type Batch = Pick<EachBatchPayload, 'heartbeat' | 'isRunning' | 'isStale' | 'resolveOffset'> & {
  batch: Pick<EachBatchPayload['batch'], 'partition' | 'messages'>;
};

/** Where the records of a topic go. */
export interface Receivers<T extends Topic> {
  /** Needed for signed topics. */
  check?: CheckRecord | undefined;
  handle: (records: Received<T>[]) => Promise<void>;
  /** Tells records that will never be taken from a failure that passes; without it every failure may pass. */
  refusalOf?: RefusalOf | undefined;
  putAside: (records: Undecodable[]) => Promise<void>;
}

/** `held-back`: the chunk from this offset on is not safe yet and has to come again. */
export type BatchResult =
  { kind: 'taken-in' } | { kind: 'interrupted' } | { kind: 'held-back'; offset: string; error: Error };

/**
 * Takes a batch in, chunk by chunk. The offset advances past a chunk only after both receivers have resolved
 * for it, so whatever is committed is safe with the service.
 *
 * @throws only what a heartbeat throws: the group is rebalancing or has dropped this member, and the client
 * has to join again
 */
export async function takeInBatch<T extends Topic>(
  { batch, heartbeat, isRunning, isStale, resolveOffset }: Batch,
  topic: T,
  receivers: Receivers<T>,
): Promise<BatchResult> {
  for (const chunk of chunks(batch.messages, CHUNK_RECORDS)) {
    if (!isRunning() || isStale()) return { kind: 'interrupted' };
    try {
      await keepMembership(heartbeat, () =>
        takeInMessages(chunk.messages, topic, batch.partition, receivers),
      );
    } catch (error) {
      return { kind: 'held-back', offset: chunk.first.offset, error: asError(error) };
    }
    resolveOffset(chunk.last.offset);
    await heartbeat();
  }
  return { kind: 'taken-in' };
}

/**
 * Checks, decodes and hands over, and puts aside what is not taken.
 * @throws what the receivers throw, but for refusals
 */
export async function takeInMessages<T extends Topic>(
  messages: KafkaMessage[],
  topic: T,
  partition: number,
  { check, handle, refusalOf = () => undefined, putAside }: Receivers<T>,
): Promise<void> {
  const { received, undecodable } = decodeMessages(topic, partition, messages, check);
  if (undecodable.length > 0) await putAside(undecodable);
  const refused = await handOver(received, handle, refusalOf);
  if (refused.length === 0) return;
  const reasons = new Map(refused.map(({ record, reason }) => [record.offset, reason]));
  await putAside(
    messages.flatMap((message): Undecodable[] => {
      const reason = reasons.get(message.offset);
      if (reason === undefined) return [];
      return [{ ...recordOf(message, topic, partition), fault: 'refused', reason }];
    }),
  );
}

interface Chunk {
  messages: KafkaMessage[];
  first: KafkaMessage;
  last: KafkaMessage;
}

function* chunks(messages: KafkaMessage[], size: number): Generator<Chunk> {
  for (let start = 0; start < messages.length; start += size) {
    const chunk = messages.slice(start, start + size);
    const [first, last] = [chunk[0], chunk.at(-1)];
    if (first && last) yield { messages: chunk, first, last };
  }
}

/**
 * The client sends no heartbeat of its own while a handler runs. A database that hangs must not cost the
 * membership too: the records would be handed to another member, which hangs on the same database.
 */
async function keepMembership(heartbeat: () => Promise<void>, work: () => Promise<void>): Promise<void> {
  // What it rejects with is met again by the heartbeat after the chunk, where it can be acted on.
  const timer = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
