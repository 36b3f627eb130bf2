/** Brings the portal schema up to date; run before a new version starts. */
import { runMigrations } from '@leads/service';

await runMigrations({ schema: 'portal', folder: new URL('../migrations/', import.meta.url) });
