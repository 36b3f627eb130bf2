/** Brings the schema of credentials up to date; run before a new version starts. */
import { runMigrations } from '@leads/service';

await runMigrations({ schema: 'credentials', folder: new URL('../migrations/', import.meta.url) });
