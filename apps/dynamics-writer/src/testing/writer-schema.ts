/** The Dynamics writer's schema in a database of a test's own. */
import { deliveryTables } from '@leads/delivery';
import { type DeliverySchema, startDeliverySchema } from '@leads/delivery/testing';
import type { WriterTables } from '../tables.ts';

export type WriterSchema = DeliverySchema<WriterTables>;

export function startWriterSchema(): Promise<WriterSchema> {
  const folder = new URL('../../migrations/', import.meta.url);
  return startDeliverySchema<WriterTables>({ folder, libraries: [deliveryTables] });
}
