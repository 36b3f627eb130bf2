/** `npm run conformance [-- --live …]`: drives the emulators, and a real organisation if asked, with others' clients. */
import { join } from 'node:path';
import { root } from './stack/config.ts';

await import(join(root, 'apps', 'emulators', 'dist', 'conformance', 'run.js'));
