/** A process in which an error is caught by nobody; its first argument says which, the second how it then ends. */
import { endOnUncaught } from './end-on-uncaught.ts';

const [fault, ending] = process.argv.slice(2);
const forgotten: Promise<never>[] = [];
const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

endOnUncaught({
  log: { fatal: ({ error }, what) => say({ what, error: String(error) }) },
  close: () => {
    say({ closing: true });
    if (ending === 'stuck') return new Promise(() => undefined);
    return ending === 'failing' ? Promise.reject(new Error('cannot')) : Promise.resolve();
  },
  closeWithinMs: 50,
});
// What keeps a service alive: without an end of its own the process would never be over.
setInterval(() => undefined, 60_000);

switch (fault) {
  case 'rejection':
    forgotten.push(Promise.reject(new Error('broken')));
    break;
  case 'exception':
    setImmediate(() => {
      throw new Error('broken');
    });
    break;
  default:
    // Two at once: the second must not begin a second end.
    for (const word of ['broken', 'and again']) {
      setImmediate(() => {
        throw new Error(word);
      });
    }
}
