/** `npm run bench -- truth [--json] [--only NAME]`: whether *written*, *waiting* and *dead* are true, one line each. */
import { calm } from './truth/calm.ts';
import { flap } from './truth/flap.ts';
import { limits } from './truth/limits.ts';
import { poison } from './truth/poison.ts';
import { printBars } from './writer/bar.ts';

await printBars({ poison, flap: () => Promise.resolve(flap()), calm, limits });
process.exit(0);
