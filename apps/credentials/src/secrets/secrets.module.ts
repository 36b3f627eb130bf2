/** The room of secrets: a vault under the master key, which was checked before the service started. */
import { Module } from '@nestjs/common';
import { config } from '../config.ts';
import { openMasterKeys } from './open-master-keys.ts';
import { Vault } from './vault.ts';

@Module({
  providers: [{ provide: Vault, useFactory: () => new Vault(openMasterKeys(config)) }],
  exports: [Vault],
})
export class SecretsModule {}
