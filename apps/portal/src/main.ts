/** Starts the portal. */
import 'reflect-metadata';
import { startService } from '@leads/service';
import { AppModule } from './app.module.ts';

await startService(AppModule);
