/** Starts credentials, once its master key has proved to be the right one. */
import 'reflect-metadata';
import { settingsFromEnvironment, startService } from '@leads/service';
import { AppModule } from './app.module.ts';
import { settings } from './config.ts';
import { requireMasterKey } from './secrets/require-master-key.ts';

await requireMasterKey(settingsFromEnvironment(settings));
await startService(AppModule);
