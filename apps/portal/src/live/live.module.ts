/** Live updates: what changes in the ledger, as it changes, to everybody who looks on. */
import { Module } from '@nestjs/common';
import { FollowChanges } from './follow-changes.ts';
import { LiveEventsController } from './live-events.controller.ts';
import { STILL_SIGNED_IN, stillSignedIn } from './still-signed-in.ts';

@Module({
  controllers: [LiveEventsController],
  providers: [FollowChanges, { provide: STILL_SIGNED_IN, useValue: stillSignedIn }],
})
export class LiveModule {}
