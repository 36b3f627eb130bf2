/** Hands records to a handler so that one which is refused for what it says holds up no other. */
import type { Topic } from '@leads/contracts';
import type { Received } from './received.ts';

/**
 * Why a handler refuses records for what they say, in words that quote nothing of them; undefined where it failed for
 * another reason and the same records may well be taken later.
 */
export type RefusalOf = (error: unknown) => string | undefined;

/** A record that its handler refuses. */
interface Refused<T extends Topic> {
  record: Received<T>;
  reason: string;
}

/**
 * Records that are refused together are handed over by halves, in their order. One that is refused alone is handed over
 * once more: it may have met another's transaction.
 *
 * @returns those that are refused; all others are taken
 * @throws what the handler throws for any other reason
 */
export async function handOver<T extends Topic>(
  records: Received<T>[],
  handle: (records: Received<T>[]) => Promise<void>,
  refusalOf: RefusalOf,
  isAgain = false,
): Promise<Refused<T>[]> {
  const [record] = records;
  if (!record) return [];
  try {
    await handle(records);
    return [];
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    if (records.length === 1) {
      return isAgain ? [{ record, reason }] : handOver(records, handle, refusalOf, true);
    }
    const middle = Math.ceil(records.length / 2);
    const first = await handOver(records.slice(0, middle), handle, refusalOf);
    return [...first, ...(await handOver(records.slice(middle), handle, refusalOf))];
  }
}
