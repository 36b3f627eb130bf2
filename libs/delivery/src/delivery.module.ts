/** The delivery engine as one Nest module: a writer adds where its leads go. */
import { type DynamicModule, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { LOG, type Logger } from '@leads/service';
import { Kysely } from 'kysely';
import { DESTINATION, type Destination } from './destination.ts';
import { EndLeadsOfDeleted } from './end-leads-of-deleted.ts';
import { FollowConnections } from './follow-connections.ts';
import { FollowRetention } from './follow-retention.ts';
import { HoldLanes } from './hold-lanes.ts';
import { KnownLimits } from './lanes/known-limits.ts';
import { LANE_CHANNEL, laneChannel } from './lanes/lane-notice.ts';
import { ConnectionMetrics } from './metrics.ts';
import { PutBackDeliveries } from './put-back-deliveries.ts';
import { ReplayLeads } from './replay-leads.ts';
import type { DeliveryTables } from './tables.ts';
import { TakeInLeads } from './take-in-leads.ts';
import { RunValidations } from './validation/run-validations.ts';

export interface DeliveryOptions extends Required<Pick<ModuleMetadata, 'imports'>> {
  /** Where leads go; provided by one of the imported modules. */
  destination: Type<Destination>;
  /** The writer's schema in PostgreSQL, which has the engine's tables. */
  schema: string;
}

@Module({})
export class DeliveryModule {
  /** Takes leads in and delivers them. Beside it stands `ServiceModule`, with `deliveryAges` among its ages. */
  static forDestination({ destination, schema, imports }: DeliveryOptions): DynamicModule {
    return {
      module: DeliveryModule,
      imports,
      controllers: [FollowConnections, FollowRetention, TakeInLeads, ReplayLeads, RunValidations],
      providers: [
        { provide: DESTINATION, useExisting: destination },
        { provide: LANE_CHANNEL, useValue: laneChannel(schema) },
        {
          provide: KnownLimits,
          inject: [Kysely, DESTINATION, LOG],
          useFactory: (database: Kysely<DeliveryTables>, known: Destination, log: Logger) =>
            new KnownLimits(database, known, log),
        },
        HoldLanes,
        EndLeadsOfDeleted,
        PutBackDeliveries,
        ConnectionMetrics,
      ],
      exports: [KnownLimits],
    };
  }
}
