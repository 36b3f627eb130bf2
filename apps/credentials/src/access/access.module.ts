/** The room of access: who may use the API. */
import { Module } from '@nestjs/common';
import { DatabaseClock, useRequestOnce } from '@leads/database';
import { callerKeys, CALLERS, type Callers, SETTINGS } from '@leads/service';
import { Kysely } from 'kysely';
import type { CredentialsTables } from '../tables.ts';
import type { AccessSettings } from './config.ts';

@Module({
  providers: [
    {
      provide: CALLERS,
      inject: [SETTINGS, Kysely, DatabaseClock],
      useFactory: (
        { SERVICE_KEYS_FILE: keys, CREDENTIALS_API_KEY_FILE, CREDENTIALS_API_KEY }: AccessSettings,
        database: Kysely<CredentialsTables>,
        { now }: DatabaseClock,
      ): Callers => ({
        ...{ to: 'credentials', from: ['portal'], keys: callerKeys(keys) },
        apiKey: CREDENTIALS_API_KEY_FILE ?? CREDENTIALS_API_KEY,
        useOnce: (nonce) => useRequestOnce(database, nonce),
        now,
      }),
    },
  ],
  exports: [CALLERS],
})
export class AccessModule {}
