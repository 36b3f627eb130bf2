/**
 * `npm run bench -- ingest [--json] [--only NAME]`: how fast the gateway takes leads in, and what they cost, one line
 * each; `--before DIR`: `whole` beside a built checkout of an older state, `--leads N`: with so many leads.
 */
import { attack } from './ingest/attack.ts';
import { latency } from './ingest/latency.ts';
import { rate } from './ingest/rate.ts';
import { whole } from './ingest/whole.ts';
import { printBars } from './writer/bar.ts';

await printBars({ rate, latency, whole, attack });
process.exit(0);
