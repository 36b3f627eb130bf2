/** `npm run bench -- cost [--json]`: what the production profile costs against plain, both in one run. */
import { cost } from './cost/cost.ts';
import { printBars } from './writer/bar.ts';

await printBars({ cost });
process.exit(0);
