/** Live updates: what changes in the ledger, as it changes, to everybody who looks on. */
import { type DynamicModule, Module } from '@nestjs/common';
import { FollowChanges, LISTEN_URL } from './follow-changes.ts';
import { LiveEventsController } from './live-events.controller.ts';
import { STILL_SIGNED_IN, stillSignedIn } from './still-signed-in.ts';

@Module({})
export class LiveModule {
  /** @param databaseUrl where changes are listened for */
  static listeningAt(databaseUrl: string): DynamicModule {
    return {
      module: LiveModule,
      controllers: [LiveEventsController],
      providers: [
        { provide: LISTEN_URL, useValue: databaseUrl },
        { provide: STILL_SIGNED_IN, useValue: stillSignedIn },
        FollowChanges,
      ],
    };
  }
}
