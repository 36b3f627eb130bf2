/** The Dynamics writer: takes accepted leads in and writes them into each publisher's Dynamics 365. */
import { Module } from '@nestjs/common';
import { DeliveryModule } from '@leads/delivery';
import { DatabaseClock, useRequestOnce } from '@leads/database';
import { callerKeys, CALLERS, type Callers, ServiceModule, SETTINGS } from '@leads/service';
import { Kysely } from 'kysely';
import { settings, type Settings } from './config.ts';
import { DynamicsDestination } from './dynamics-destination.ts';
import { DynamicsModule } from './dynamics.module.ts';
import type { WriterTables } from './tables.ts';
import { MappingPreviewController } from './preview/mapping-preview.controller.ts';
import { writerAges } from './retention.ts';

const schema = 'writer';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'dynamics-writer',
      schema,
      settings,
      consumes: ['once-per-service', 'every-instance'],
      ages: writerAges,
    }),
    DeliveryModule.forDestination({ schema, destination: DynamicsDestination, imports: [DynamicsModule] }),
    DynamicsModule,
  ],
  controllers: [MappingPreviewController],
  providers: [
    {
      provide: CALLERS,
      inject: [SETTINGS, Kysely, DatabaseClock],
      useFactory: (
        { SERVICE_KEYS_FILE: keys }: Settings,
        database: Kysely<WriterTables>,
        { now }: DatabaseClock,
      ): Callers => ({
        ...{ to: 'dynamics-writer', from: ['credentials'], keys: callerKeys(keys) },
        useOnce: (nonce) => useRequestOnce(database, nonce),
        now,
      }),
    },
  ],
})
export class AppModule {}
