/**
 * `npm start`: boots everything on fixed ports with the data of earlier runs, publishes one connection, prints where
 * things are, and stays until it is asked to end.
 */
import { stackSettings, fixedPorts } from './stack/config.ts';
import type { Port } from './stack/config.ts';
import { runCommand } from './stack/processes/command.ts';
import { contoso, contosoHost, contosoPublisher, people } from '@leads/testing';
import {
  curlFor,
  isPublished,
  onGateway,
  publishConnection,
  untilAccepted,
} from './stack/facts/connection.ts';
import type { PublishedConnection } from './stack/facts/connection.ts';
import { localDir, localVolumes, lockFile, recall, remember, withRemedy } from './stack/facts/local-data.ts';
import { takeLock } from './stack/processes/lock.ts';
import { during, sayOnStderr as say } from './stack/processes/narrator.ts';
import { refuseTakenPorts } from './stack/infrastructure/ports.ts';
import type { Shutdown } from './stack/processes/shutdown.ts';
import { startStack } from './stack/stack.ts';
import type { Stack } from './stack/stack.ts';

await runCommand(start);

async function start(shutdown: Shutdown): Promise<number> {
  const ports = fixedPorts();
  const settings = stackSettings();
  const release = takeLock(lockFile, 'Nothing was started.');
  try {
    await refuseTakenPorts(portsOfOurs(ports, settings));
    const stack = await startStack({
      dataDir: localDir,
      ports,
      settings,
      volumes: localVolumes,
      way: recall()?.way,
      keepEmulators: true,
      say,
      shutdown,
    }).catch((error: unknown) => {
      // A database of the person's own is not for npm run reset to clear.
      throw settings.databaseUrl === undefined ? withRemedy(error) : error;
    });
    try {
      const connection = await Promise.race([
        during(say, 'Publishing a connection', connectionOf(stack)),
        shutdown.interrupted,
      ]);
      process.stdout.write(welcome(stack, connection));
      const failure = await Promise.race([stack.failed, shutdown.requested.then(() => undefined)]);
      if (failure === undefined) return 0;
      say(`${failure}\nEnding everything else.`);
      return 1;
    } finally {
      await stack.stop();
    }
  } finally {
    release();
  }
}

/** Those that this run will listen on: a broker or a database that runs already needs none. */
function portsOfOurs(
  ports: ReturnType<typeof fixedPorts>,
  settings: ReturnType<typeof stackSettings>,
): Port[] {
  const { kafka, kafkaController, postgres, ...others } = ports;
  return [
    ...Object.values(others),
    ...(settings.databaseUrl === undefined ? [postgres] : []),
    ...(settings.kafkaBrokers === undefined ? [kafka, kafkaController] : []),
  ];
}

/** The connection of an earlier run where it is still published, else a new one. */
async function connectionOf(stack: Stack): Promise<PublishedConnection> {
  await stack.registerPublisher(contosoPublisher);
  const earlier = recall()?.connection;
  const connection =
    earlier && (await isPublished(stack.credentialsApi, earlier.connectionId))
      ? earlier
      : await publishConnection(stack.credentialsApi, contoso);
  remember({ way: stack.way, connection });
  const address = onGateway(connection.leadAddress, stack.services['ingest-gateway'].url);
  await untilAccepted(address);
  return { ...connection, leadAddress: address };
}

function welcome(
  { way, services, emulators, broker, database }: Stack,
  { leadAddress }: PublishedConnection,
): string {
  return `
Everything runs. Data is kept in .local/${way === 'docker' ? ' and in Docker volumes' : ''} (npm run reset clears it), logs in .local/logs/.

  Customer leads          ${services.portal.url}
                          sign in as ${people.owner} (a publisher) or ${people.operator}
                          (an operator) with the password ${people.password}
  Ingest gateway          ${services['ingest-gateway'].url}
  Emulated Dynamics 365   ${emulators.url}/org/${contosoHost}/
  Mail inbox              ${emulators.url}/mail
  Kafka                   ${broker.brokers} (${broker.origin})
  PostgreSQL              ${addressOf(database.url)} (${database.origin})

Post a lead as the marketplace would; the same lead again is recognised, another name is another lead:

${curlFor(leadAddress)}

Ctrl-C ends everything.
`;
}

function addressOf(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
