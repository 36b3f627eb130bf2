/** The service that takes leads in, for the rooms that ask it. */
import { Module } from '@nestjs/common';
import { DatabaseClock } from '@leads/database';
import { SETTINGS } from '@leads/service';
import type { Settings } from '../config.ts';
import { Gateway } from './gateway.ts';

@Module({
  providers: [
    {
      provide: Gateway,
      inject: [SETTINGS, DatabaseClock],
      useFactory: ({ GATEWAY_URL: url, SERVICE_SIGNING_KEY_FILE: key }: Settings, { now }: DatabaseClock) =>
        new Gateway({ asked: { url, to: 'ingest-gateway', key, now } }),
    },
  ],
  exports: [Gateway],
})
export class GatewayApiModule {}
