/** What comes out of a topic: a record that fits its schema, or the bytes of one that does not. */
import type { Carried, Topic } from '@leads/contracts';

/** A record that its topic's schema accepted. */
export interface Received<T extends Topic> {
  value: Carried<T>;
  /** The record key; empty when the record had none. */
  key: string;
  partition: number;
  /** A 64-bit number in decimal digits. With the topic and the partition it names the record for ever. */
  offset: string;
  /** When the producer made the record. */
  timestamp: Date;
}

/** A header as it is on the wire. */
export type RecordHeader = readonly [name: string, value: Buffer];

/** A record as it came, byte for byte. */
export interface KeptRecord {
  partition: number;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  /** Everything that came with it, its signature too; a name can come more than once. */
  headers: readonly RecordHeader[];
  /** When the producer made the record. */
  timestamp: Date;
}

/**
 * A record that is not taken: it cannot be what its topic carries (`unreadable`), or nothing proves that a service
 * which may publish it did (`unproven`), or its handler refuses it for what it says (`refused`). It can come more than once: its topic, partition and offset tell that it is
 * the same.
 */
export interface Undecodable extends KeptRecord {
  /** The catalogue name, without a prefix. */
  topic: string;
  fault: 'unreadable' | 'unproven' | 'refused';
  /** What is wrong with it, without quoting its content. */
  reason: string;
}
