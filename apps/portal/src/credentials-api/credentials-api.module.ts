/** The service that keeps connections, for the rooms that ask it. */
import { Module } from '@nestjs/common';
import { DatabaseClock } from '@leads/database';
import { SETTINGS } from '@leads/service';
import type { Settings } from '../config.ts';
import { Credentials } from './credentials.ts';

@Module({
  providers: [
    {
      provide: Credentials,
      inject: [SETTINGS, DatabaseClock],
      useFactory: (
        { CREDENTIALS_URL: url, SERVICE_SIGNING_KEY_FILE: key }: Settings,
        { now }: DatabaseClock,
      ) => new Credentials({ asked: { url, to: 'credentials', key, now } }),
    },
  ],
  exports: [Credentials],
})
export class CredentialsApiModule {}
