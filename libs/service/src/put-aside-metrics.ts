/** How many records were put aside, at /metrics: of this process, since it began. */
import type { Undecodable } from '@leads/kafka';
import { Counter } from 'prom-client';

const counter = new Counter({
  name: 'records_put_aside_total',
  help: 'Records that this process put aside: they cannot be read or kept, or nothing proves who published them.',
  labelNames: ['topic', 'fault'] as const,
});

/** Counts a batch that was put aside. */
export function countPutAside(records: readonly Pick<Undecodable, 'topic' | 'fault'>[]): void {
  for (const { topic, fault } of records) counter.inc({ topic, fault });
}
