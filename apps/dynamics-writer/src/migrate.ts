/** Brings the writer's schema up to date; run before a new version starts. */
import { deliveryTables } from '@leads/delivery';
import { runMigrations } from '@leads/service';

await runMigrations({
  schema: 'writer',
  folder: new URL('../migrations/', import.meta.url),
  libraries: [deliveryTables],
});
