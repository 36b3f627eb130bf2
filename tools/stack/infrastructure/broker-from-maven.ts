/** Apache Kafka in KRaft mode, run from its Maven artifacts: one Java process, no Docker. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { javaHome, root } from '../config.ts';
import { Unready } from '../failure.ts';
import { singleNodeSettings } from './broker-settings.ts';
import type { Broker, BrokerOptions } from './broker-settings.ts';
import { during, until } from '../processes/narrator.ts';
import type { Say } from '../processes/narrator.ts';
import { accepts } from './ports.ts';
import type { SecuredBroker, secureBroker } from './secured-broker.ts';
import { CommandFailed, describeExit, runToEnd, startProgram } from '../processes/process.ts';

const kafkaVersion = '4.3.1';
const artifacts = [
  `org.apache.kafka:kafka_2.13:${kafkaVersion}`,
  'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3',
];
const leastJava = 17;
const startTimeoutMs = 120_000;
/** Below node_modules, so that `npm run reset` keeps it and `git status` does not see it. */
const cache = join(root, 'node_modules', '.cache', 'marketplace-leads', `kafka-${kafkaVersion}`);

const wayOut =
  'Install a Java runtime (17 or later) and Apache Maven (mvn), or Docker; or set KAFKA_BROKERS to a broker that already runs. Nothing was started.';

export async function startBrokerFromMaven(options: BrokerOptions): Promise<Broker> {
  const { port, controllerPort, profile, say } = options;
  const java = await findJava();
  const jars = await fetchArtifacts(say);
  const dataDir = join(options.dataDir, 'kafka');
  mkdirSync(dataDir, { recursive: true });
  const isFormatted = existsSync(join(dataDir, 'data', 'meta.properties'));
  if (profile === 'production' && isFormatted && !existsSync(join(dataDir, 'security'))) {
    throw new Unready(
      'The kept data of Kafka is of a run under the plain profile, whose broker knows nobody by name: npm run reset clears it. Nothing was started.',
    );
  }
  const secured = profile === 'production' ? await securedBy(dataDir, { port, controllerPort }) : undefined;
  const properties = writeProperties(dataDir, secured?.properties ?? plain(port, controllerPort));
  const classPath = [dataDir, join(jars, '*')].join(delimiter);
  if (!isFormatted) {
    await runToEnd(java, [
      '-cp',
      classPath,
      '-XX:TieredStopAtLevel=1',
      'kafka.tools.StorageTool',
      'format',
      '--cluster-id',
      clusterId(),
      '--config',
      properties,
      ...(secured?.users ?? []),
    ]);
  }
  const process = await startProgram({
    name: 'kafka',
    file: java,
    args: ['-Xms256m', '-Xmx1g', '-XX:+UseSerialGC', '-cp', classPath, 'kafka.Kafka', properties],
    log: join(options.dataDir, 'logs', 'kafka.log'),
  });
  const up = await until(
    async () =>
      (process.output().includes('Kafka Server started') && (await accepts('127.0.0.1', port))) || undefined,
    { timeoutMs: startTimeoutMs, giveUp: () => process.exit !== undefined },
  );
  if (up === undefined) {
    const how = process.exit
      ? describeExit(process.exit)
      : `did not answer within ${startTimeoutMs / 1000} s`;
    await process.stop(2_000);
    throw new Unready(
      `Apache Kafka did not come up: it ${how}. Its log is ${process.log} and ends with:\n${process.lastLines()}`,
    );
  }
  return {
    brokers: `127.0.0.1:${port}`,
    ...(secured && { secured }),
    origin: `Apache Kafka ${kafkaVersion} from its Maven artifacts`,
    process,
    async stop() {
      await process.stop();
    },
  };
}

/** Loaded where it is needed: it takes what is built, and a test run starts its broker before anything is. */
async function securedBy(...args: Parameters<typeof secureBroker>): Promise<SecuredBroker> {
  const { secureBroker: secure } = await import('./secured-broker.ts');
  return secure(...args);
}

/** The java to run, or one sentence on what is missing. */
async function findJava(): Promise<string> {
  const home = javaHome();
  const java = home ? join(home, 'bin', 'java') : 'java';
  let banner: string;
  try {
    banner = await runToEnd(java, ['-version']);
  } catch {
    throw new Unready(
      `Kafka needs Java, and neither a Docker engine nor a working java was found${home ? ` in JAVA_HOME (${home})` : ' on the PATH'}. ${wayOut}`,
    );
  }
  const version = Number(/version "(?:1\.)?(\d+)/.exec(banner)?.[1]);
  if (version < leastJava) {
    throw new Unready(`Kafka needs Java ${leastJava} or later, and found Java ${version}. ${wayOut}`);
  }
  return java;
}

/** The folder with Kafka's jars, fetched once through Maven. */
async function fetchArtifacts(say: Say): Promise<string> {
  const wanted = createHash('sha256').update(artifacts.join()).digest('hex').slice(0, 12);
  const libs = join(cache, wanted);
  if (existsSync(libs)) return libs;
  mkdirSync(cache, { recursive: true });
  const workshop = mkdtempSync(join(cache, 'fetch-'));
  try {
    writeFileSync(join(workshop, 'pom.xml'), pom());
    const fetching = runToEnd('mvn', [
      '-B',
      '-q',
      '-f',
      join(workshop, 'pom.xml'),
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(workshop, 'libs')}`,
    ]);
    await during(say, `Fetching Apache Kafka ${kafkaVersion} with Maven (about 45 MB, once)`, fetching);
    // Two runs may fetch at the same time; the first to finish wins.
    if (!existsSync(libs)) renameSync(join(workshop, 'libs'), libs);
    return libs;
  } catch (error) {
    if (error instanceof CommandFailed) {
      throw new Unready(
        `Maven could not fetch Apache Kafka ${kafkaVersion} (is a Maven repository in reach?). Nothing was started. Maven said:\n${error.output}`,
      );
    }
    throw new Unready(
      `Kafka's jars are fetched with Apache Maven, and neither a Docker engine nor mvn was found on the PATH. ${wayOut}`,
    );
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

function pom(): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>leads</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`;
}

/** Listeners in clear. */
function plain(port: number, controllerPort: number): Record<string, string> {
  return {
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  };
}

/** Writes the broker's settings and its logging, and answers the path of the former. */
function writeProperties(dataDir: string, listeners: Record<string, string>): string {
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.listener.names': 'CONTROLLER',
    ...listeners,
    'log.dirs': join(dataDir, 'data'),
    ...singleNodeSettings,
  };
  const path = join(dataDir, 'server.properties');
  writeFileSync(
    path,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
      .join(''),
  );
  writeFileSync(
    join(dataDir, 'log4j2.properties'),
    [
      'status=error',
      'appender.out.type=Console',
      'appender.out.name=out',
      'appender.out.layout.type=PatternLayout',
      'appender.out.layout.pattern=%d{ISO8601} %p %m (%c)%n',
      'rootLogger.level=warn',
      'rootLogger.appenderRef.out.ref=out',
      'logger.server.name=kafka.server',
      'logger.server.level=info',
      '',
    ].join('\n'),
  );
  return path;
}

/** A cluster id is a UUID's 16 bytes in URL-safe base64; a leading dash would read as an option. */
function clusterId(): string {
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}
