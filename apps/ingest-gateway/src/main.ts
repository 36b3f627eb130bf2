/** Starts the ingest gateway. */
import 'reflect-metadata';
import { startService } from '@leads/service';
import { AppModule } from './app.module.ts';
import { leaveBodiesUnread } from './lead-body.ts';

await startService(AppModule, { prepare: leaveBodiesUnread, hasLenientAddresses: true });
