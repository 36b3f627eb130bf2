/** The writer's tables: those of the engine, and what its own migrations add to them. */
import type { DeliveryTables, LanesTable } from '@leads/delivery';
import type { Generated } from 'kysely';

export interface WriterTables extends DeliveryTables {
  lanes: LanesTable & {
    /** A list of `Reason` as JSON. */
    warnings: Generated<string>;
    /** What leads go without, as `Refusals` writes it. */
    refusals: Generated<string | null>;
  };
  readings: ReadingsTable;
}

/** What organisations said of themselves, one row for all connections that sign in alike. */
interface ReadingsTable {
  organization: string;
  /** Who signs in, as a hash; the connection's id where that is not known. */
  identity: string;
  /** An `OrganizationReading` as JSON. */
  reading: string | null;
  read_at: Date | null;
  asked_at: Date;
  /** From when on whoever needs it asks again. */
  again_at: Date;
}
