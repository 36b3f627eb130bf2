/** `npm run bench -- credentials [--json] [--only NAME]`: the bars of credentials, one line each. */
import { handOver } from './credentials/hand-over.ts';
import { printBars } from './writer/bar.ts';

await printBars({ 'hand-over': handOver });
process.exit(0);
