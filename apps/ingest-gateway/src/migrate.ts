/** Brings the gateway's schema up to date; run before a new version starts. */
import { runMigrations } from '@leads/service';

await runMigrations({ schema: 'gateway', folder: new URL('../migrations/', import.meta.url) });
