/** Brings the notification schema up to date; run before a new version starts. */
import { runMigrations } from '@leads/service';

await runMigrations({ schema: 'notification', folder: new URL('../migrations/', import.meta.url) });
