/** Nest's way to Kafka. */
import type { LoggerService } from '@nestjs/common';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { transportIds, type Delivery } from './on-topic.ts';
import type { Undecodable } from './received.ts';
import type { KafkaSettings } from './settings.ts';

export interface KafkaTransportOptions {
  settings: KafkaSettings;
  /** The service's name: its instances share the records among them. */
  group: string;
  /** Which handlers this transport serves; `once-per-service` unless told. */
  delivery?: Delivery;
  /** Tells instances apart under `every-instance`; made at random unless given. */
  instanceId?: string;
  /** Puts bytes away for people to look at. When it throws, the records come again. */
  onUndecodable: (records: Undecodable[]) => Promise<void>;
  /** Consumption has ended and will not come back by itself: the process should end too. */
  onFatal: (error: Error) => void;
  log: Pick<LoggerService, 'log' | 'warn' | 'error'>;
}

export class KafkaTransport extends Server implements CustomTransportStrategy {
  readonly #options: KafkaTransportOptions;

  constructor(options: KafkaTransportOptions) {
    super();
    this.#options = options;
    this.setTransportId(transportIds[options.delivery ?? 'once-per-service']);
  }

  /** Whether this instance is a member of its group and takes records in. */
  isConsuming(): boolean {
    return false;
  }

  /** What holds consumption up at the moment, if anything. */
  get lastError(): Error | undefined {
    return undefined;
  }

  override listen(_callback: (error?: unknown) => void): void {
    throw new Error(`Consuming as ${this.#options.group} is not built yet.`);
  }

  override async close(): Promise<void> {}

  override on(event: string): never {
    throw new Error(`The Kafka transport emits no "${event}" event.`);
  }

  override unwrap<T>(): T {
    throw new Error('Not built yet.');
  }
}
