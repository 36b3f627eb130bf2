/** `npm run bench -- ingest [--json] [--only NAME]`: how fast the gateway takes leads in, one line each. */
import { latency } from './ingest/latency.ts';
import { rate } from './ingest/rate.ts';
import { whole } from './ingest/whole.ts';
import { printBars } from './writer/bar.ts';

await printBars({ rate, latency, whole });
process.exit(0);
