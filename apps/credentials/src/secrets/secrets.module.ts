/** The room of secrets: a vault under the master key, which was checked before the service started. */
import { Module } from '@nestjs/common';
import { SETTINGS } from '@leads/service';
import type { MasterKeySettings } from './config.ts';
import { openMasterKeys } from './open-master-keys.ts';
import { Vault } from './vault.ts';

@Module({
  providers: [
    {
      provide: Vault,
      inject: [SETTINGS],
      useFactory: (settings: MasterKeySettings) => new Vault(openMasterKeys(settings)),
    },
  ],
  exports: [Vault],
})
export class SecretsModule {}
