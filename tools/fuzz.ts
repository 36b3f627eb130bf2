/** `npm run fuzz`: every HTTP route as everybody; `npm run fuzz -- bodies`: whatever may come to a lead address. */
import { join } from 'node:path';
import { root } from './stack/config.ts';

const bodies = join(root, 'e2e', 'fuzz', 'bodies.ts');
await (process.argv[2] === 'bodies' ? import(bodies) : import('./fuzz/routes.ts'));
