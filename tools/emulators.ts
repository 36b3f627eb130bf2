/** `npm run emulators`: the outside world alone, on its fixed ports, with the organisation of Contoso. */
import { join } from 'node:path';
import { runCommand } from './stack/processes/command.ts';
import { fixedPorts } from './stack/config.ts';
import { contosoHost } from '@leads/testing';
import { startEmulators } from './stack/emulators.ts';
import { localDir } from './stack/facts/local-data.ts';
import { refuseTakenPorts } from './stack/infrastructure/ports.ts';
import { describeExit } from './stack/processes/process.ts';

await runCommand(async (shutdown) => {
  const { emulatorsHttp, emulatorsSmtp } = fixedPorts();
  await refuseTakenPorts([emulatorsHttp, emulatorsSmtp]);
  const emulators = await startEmulators({
    httpPort: emulatorsHttp.port,
    smtpPort: emulatorsSmtp.port,
    dataDir: undefined,
    log: join(localDir, 'logs', 'emulators.log'),
  });
  process.stdout.write(`
The emulators run; what they hold is gone when they end.

  Everything there is     ${emulators.url}/
  Emulated Dynamics 365   ${emulators.url}/org/${contosoHost}/
  Mail inbox              ${emulators.url}/mail
  Control API             ${emulators.url}/control/organizations
  SMTP                    ${emulators.smtpUrl}

Ctrl-C ends them.
`);
  const ended = await Promise.race([
    emulators.process.exited,
    shutdown.requested.then(() => emulators.stop()).then(() => undefined),
  ]);
  if (ended === undefined || emulators.process.endWanted) return 0;
  process.stderr.write(
    `The emulators ended: ${describeExit(ended)}. Their log is ${emulators.process.log} and ends with:\n${emulators.process.lastLines()}\n`,
  );
  return 1;
});
