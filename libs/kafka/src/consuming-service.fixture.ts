/** A service of one controller for the specs: started, watched and closed as a real one. */
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { KafkaTransport, type KafkaTransportOptions } from './kafka-transport.ts';
import type { Undecodable } from './received.ts';

/** What a running service did so far. */
export interface ConsumingService {
  transport: KafkaTransport;
  undecodable: Undecodable[];
  fatal: Error[];
  lines: string[];
  /** As SIGTERM does it; a second call does nothing. */
  close: () => Promise<void>;
}

/** Starts a service whose handlers are methods of the controller. */
export async function startConsumingService(
  controller: Type,
  options: Pick<KafkaTransportOptions, 'settings' | 'group'> & Partial<KafkaTransportOptions>,
): Promise<ConsumingService> {
  const undecodable: Undecodable[] = [];
  const fatal: Error[] = [];
  const lines: string[] = [];
  const write = (line: unknown) => void lines.push(String(line));
  const transport = new KafkaTransport({
    onUndecodable: (records) => {
      undecodable.push(...records);
      return Promise.resolve();
    },
    onFatal: (error) => void fatal.push(error),
    log: { log: write, warn: write, error: write },
    ...options,
  });
  class ServiceModule {}
  Module({ controllers: [controller] })(ServiceModule);
  const service = await NestFactory.createMicroservice(ServiceModule, { strategy: transport, logger: false });
  await service.listen();
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= service.close());
  return { transport, undecodable, fatal, lines, close };
}
