/** Between values and the bytes of a record: one topic's schema decides both ways. */
import { type Carried, cleanLine, type Topic } from '@leads/contracts';
import type { KafkaMessage } from 'kafkajs';
import type { z } from 'zod';
import type { KeptRecord, Received, RecordHeader, Undecodable } from './received.ts';
import type { CheckRecord } from './record-signatures.ts';

/** A record as it goes out. */
export interface Encoded {
  key: string;
  value: string;
}

/** The records of a batch, sorted by what happens to them next. */
export interface Decoded<T extends Topic> {
  received: Received<T>[];
  undecodable: Undecodable[];
}

/** The longest text that says why a record does not fit, in UTF-16 units. */
const LONGEST_REASON = 2_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The record that carries a value; what the schema does not name is left out.
 *
 * @throws when the value does not fit the schema, naming the fields but not their content
 */
export function encodeValue<T extends Topic>(topic: T, value: Carried<T>): Encoded {
  const checked = topic.schema.safeParse(value);
  if (!checked.success) {
    throw new TypeError(`A value does not fit ${topic.name} and was not sent: ${misfits(checked.error)}`);
  }
  return { key: topic.key(checked.data), value: JSON.stringify(checked.data) };
}

/**
 * Sorts a batch: what the schema accepts is received, what it does not is undecodable, and so is on a signed topic what
 * nobody proves to have published; that is not even read. A record without a value on a compacted topic only says that
 * its key is gone, so it is in neither; no service publishes one to a signed topic.
 *
 * @param check is needed for signed topics
 */
export function decodeMessages<T extends Topic>(
  topic: T,
  partition: number,
  messages: KafkaMessage[],
  check?: CheckRecord,
): Decoded<T> {
  if (topic.isSigned && !check) throw new TypeError(`Records of ${topic.name} are not taken unchecked.`);
  const decoded: Decoded<T> = { received: [], undecodable: [] };
  for (const message of messages) {
    const { offset, key, value } = message;
    const putAside = (fault: Undecodable['fault'], reason: string): void => {
      decoded.undecodable.push({ ...recordOf(message, topic, partition), fault, reason });
    };
    const unproven = topic.isSigned ? check?.(topic, message) : undefined;
    if (unproven !== undefined) {
      putAside('unproven', unproven);
      continue;
    }
    if (value === null && topic.retention.policy === 'compact') continue;
    const result = decodeValue(topic, value);
    if ('reason' in result) {
      putAside('unreadable', result.reason);
    } else {
      decoded.received.push({
        value: result.value,
        key: key?.toString() ?? '',
        partition,
        offset,
        timestamp: timeOf(message),
      });
    }
  }
  return decoded;
}

/** A record as it came, to be put aside. */
export function recordOf(
  message: KafkaMessage,
  { name: topic }: Topic,
  partition: number,
): Omit<Undecodable, 'fault' | 'reason'> {
  const { offset, key, value } = message;
  return { topic, partition, offset, key, value, timestamp: timeOf(message), headers: headersOf(message) };
}

function timeOf({ timestamp }: KafkaMessage): Date {
  return new Date(Number(timestamp));
}

/** The headers of a record, one by one. */
function headersOf({ headers = {} }: KafkaMessage): RecordHeader[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values ?? []].flat().map((value): RecordHeader => [name, Buffer.from(value)]),
  );
}

/** A record that was put aside, as it came. */
export function messageOf({ offset, key, value, headers, timestamp }: KeptRecord): KafkaMessage {
  const byName = Map.groupBy(headers, ([name]) => name);
  return {
    ...{ offset, key, value, timestamp: String(timestamp.getTime()), attributes: 0 },
    headers: Object.fromEntries(
      [...byName].map(([name, given]) => {
        const values = given.map(([, bytes]) => bytes);
        return [name, values.length === 1 ? values[0] : values];
      }),
    ),
  };
}

function decodeValue<T extends Topic>(
  topic: T,
  bytes: Buffer | null,
): { value: Carried<T> } | { reason: string } {
  if (bytes === null) return { reason: 'The record has no value, and this topic is not compacted.' };
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { reason: 'The value is not UTF-8 text.' };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { reason: 'The value is not JSON.' };
  }
  const checked = topic.schema.safeParse(json);
  if (!checked.success) return { reason: `The value does not fit ${topic.name}: ${misfits(checked.error)}` };
  return { value: checked.data as Carried<T> };
}

/** Which fields do not fit and what was expected of them, without their content. */
function misfits(error: z.ZodError): string {
  const all = error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || '(value)'}: ${message}`)
    .join('; ');
  // The name of a field that nobody knows is a stranger's word.
  return cleanLine(all, LONGEST_REASON);
}
