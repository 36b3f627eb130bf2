/** `npm run screenshots`: pictures of every page and state of the console, in `.local/screenshots`. */
import { join } from 'node:path';
import { root } from './stack/config.ts';

await import(join(root, 'e2e', 'screenshots', 'take.ts'));
