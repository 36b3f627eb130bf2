/** Runs the emulators as a process: one line on stdout when ready, a clean stop on SIGTERM or Ctrl-C. */
import { readConfig } from './config.ts';
import { startEmulators } from './emulators.ts';

try {
  const emulators = await startEmulators(readConfig());
  process.stdout.write(
    `${JSON.stringify({ emulators: 'ready', http: emulators.httpPort, smtp: emulators.smtpPort })}\n`,
  );
  const stop = (): void => {
    emulators.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  fail(error);
}

function fail(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  const why =
    code === 'EADDRINUSE'
      ? `A port is taken: ${message}. Nothing was started; free it or set another.`
      : message;
  process.stderr.write(`${JSON.stringify({ emulators: 'failed', error: why })}\n`);
  process.exit(1);
}
