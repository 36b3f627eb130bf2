/** Puts records into topics and says when they are safe there. */
import { topics, type Carried, type Topic } from '@leads/contracts';
import { NaturalBatching, type SendLimits } from '@leads/pacing';
import type { Producer } from 'kafkajs';
import { createClient } from './kafka-client.ts';
import { notAllowed } from './not-allowed.ts';
import { encodeValue, type Encoded } from './record-coding.ts';
import { recordSigner, SIGNATURE, type SignRecord } from './record-signatures.ts';
import { RecordsRefused, refusalOf } from './records-refused.ts';
import { PRODUCER_CONFIG, sendUntilAcknowledged } from './send-until-acknowledged.ts';
import { prefixed, type KafkaSettings } from './settings.ts';

/** A record whose value is already the text that goes into the topic. */
export interface EncodedRecord extends Encoded {
  /** The catalogue name, without a prefix. */
  topic: string;
}

/** Half of what a broker takes in one batch (message.max.bytes, 1 MB), so that no send is refused for its size. */
const SEND_LIMITS: SendLimits = { records: 1_000, bytes: 500_000 };

/** A record as it is sent; of a signed topic with its signature. */
interface Outgoing extends Encoded {
  headers?: { [SIGNATURE]: string };
}

/** Length fields, timestamp and offset around a record's key and value, in bytes; at most. */
const RECORD_OVERHEAD = 70;

/** After this long without an acknowledgement the caller hears of it, and decides. */
const RESEND_FOR_MS = 5_000;

const byName: ReadonlyMap<string, Topic> = new Map(
  Object.values<Topic>(topics).map((topic) => [topic.name, topic]),
);

/**
 * At-least-once publishing: a send whose acknowledgement was lost is sent again, so a record can be stored
 * twice, and every consumer deduplicates. Not the client's idempotent mode, which loses records that it
 * acknowledged (docs/decisions/0004-producer-not-idempotent.md).
 */
export class Publisher {
  readonly #settings: KafkaSettings;
  readonly #producer: Producer;
  readonly #sign: SignRecord | undefined;
  /** One for each topic, so that a topic which is refused holds up no other. */
  readonly #lanes = new Map<string, NaturalBatching<Outgoing>>();
  #connected: Promise<void> | undefined;
  #closed = false;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
    this.#producer = createClient(settings).producer(PRODUCER_CONFIG);
    this.#sign = settings.signing && recordSigner(settings.signing.key);
  }

  /** Connects ahead of the first record, which would do so otherwise; rejects when no broker answers. */
  connect(): Promise<void> {
    this.#connected ??= this.#producer.connect().catch((error: unknown) => {
      this.#connected = undefined;
      throw error;
    });
    return this.#connected;
  }

  /**
   * Waits for what is under way, then disconnects; what is published later is rejected. A send that fails meanwhile is
   * not tried again: where the broker is away, it may be so for long.
   */
  async disconnect(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.settled()));
    await this.#producer.disconnect();
  }

  /**
   * Resolves once all in-sync replicas have the values. Rejects when a value does not fit the topic's schema or the
   * topic is not this service's to publish or sign (then none is sent), or when the broker did not acknowledge them (then some may be stored all the same).
   */
  async publish<T extends Topic>(topic: T, values: Carried<T>[]): Promise<void> {
    const foreign = this.#whyForeign(topic);
    if (foreign !== undefined) throw new TypeError(`Nothing was sent: ${foreign}.`);
    await this.#add(
      topic,
      values.map((value) => encodeValue(topic, value)),
    );
  }

  /**
   * As {@link publish}, for records that were checked and encoded when they went into an outbox.
   * Rejects with {@link RecordsRefused} where one of them can never be stored as it is.
   */
  async publishEncoded(records: EncodedRecord[]): Promise<void> {
    const byTopic = Map.groupBy(records, ({ topic }) => topic);
    const adding = [...byTopic].map(([name, ofTopic]) => {
      const topic = byName.get(name);
      if (!topic) throw new RecordsRefused(`no topic of this version's catalogue is called "${name}"`);
      const foreign = this.#whyForeign(topic);
      if (foreign !== undefined) throw new RecordsRefused(foreign);
      return { topic, ofTopic };
    });
    await Promise.all(adding.map(({ topic, ofTopic }) => this.#add(topic, ofTopic)));
  }

  /** The broker would refuse it too, but a broker without access rules does not. */
  #whyForeign({ name, publishers }: Topic): string | undefined {
    const { service } = this.#settings;
    if (service === undefined || publishers.includes(service)) return undefined;
    return `the catalogue does not let ${service} publish ${name}`;
  }

  #add({ name, isSigned }: Topic, records: Encoded[]): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('The publisher is closed: nothing was sent.'));
    const sign = isSigned ? this.#sign : undefined;
    if (isSigned && !sign) {
      return Promise.reject(new Error(`Nothing was sent: there is no key to sign ${name} with.`));
    }
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = new NaturalBatching((batch) => this.#send(name, batch), sizeOf, SEND_LIMITS);
      this.#lanes.set(name, lane);
    }
    if (!sign) return lane.add(records);
    return lane.add(
      records.map(({ key, value }) => ({ key, value, headers: { [SIGNATURE]: sign(name, { key, value }) } })),
    );
  }

  #send(name: string, messages: Outgoing[]): Promise<void> {
    const topic = prefixed(this.#settings, name);
    const send = async (): Promise<void> => {
      await this.connect();
      await this.#producer.send({ topic, acks: -1, messages });
    };
    return sendUntilAcknowledged(send, RESEND_FOR_MS, () => this.#closed).catch((error: unknown) => {
      throw refusalOf(error) ?? notAllowed(error, this.#settings.clientId, `write ${topic}`) ?? error;
    });
  }
}

function sizeOf({ key, value, headers }: Outgoing): number {
  const signature = headers === undefined ? 0 : SIGNATURE.length + headers[SIGNATURE].length;
  return RECORD_OVERHEAD + signature + Buffer.byteLength(key) + Buffer.byteLength(value);
}
