/** Starts the ingest gateway. */
import 'reflect-metadata';
import { startService } from '@leads/service';
import { AppModule } from './app.module.ts';
import { startOptions } from './start-options.ts';

await startService(AppModule, startOptions);
