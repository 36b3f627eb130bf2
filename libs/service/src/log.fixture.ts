/** A process that logs a few lines at once and ends; its argument says how. */
import { setImmediate } from 'node:timers/promises';
import { createLog } from './log.ts';

const log = createLog({ service: 'test', instance: 'test-1', level: 'info' });
const waiting = Promise.resolve();

await setImmediate();
await Promise.all(['one', 'two', 'three'].map((line) => waiting.then(() => log.info({}, line))));
switch (process.argv[2]) {
  case 'exit':
    log.info({}, 'last');
    process.exit(0);
    break;
  case 'fatal':
    log.fatal({}, 'last');
    process.kill(process.pid, 'SIGKILL');
    break;
  default:
    // As an application ends once its own parts have.
    await waiting.then(() => log.info({}, 'last'));
    process.kill(process.pid, 'SIGTERM');
}
