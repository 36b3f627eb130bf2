/** `npm run bench -- writer [--json] [--only NAME]`: the writer's bars, one line each. */
import { printBars } from './writer/bar.ts';
import { budget } from './writer/budget.ts';
import { drain } from './writer/drain.ts';
import { isolation } from './writer/isolation.ts';
import { lone } from './writer/lone.ts';
import { memory } from './writer/memory.ts';
import { scale } from './writer/scale.ts';

await printBars({ lone, drain: () => drain(), isolation, budget, scale, memory });
process.exit(0);
