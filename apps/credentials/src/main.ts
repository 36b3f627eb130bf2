/** Starts credentials, once its master key has proved to be the right one. */
import 'reflect-metadata';
import { startService } from '@leads/service';
import { AppModule } from './app.module.ts';
import { config } from './config.ts';
import { requireMasterKey } from './secrets/require-master-key.ts';

await requireMasterKey(config);
await startService(AppModule);
