/** A broker as in production: TLS, a name for everybody, and no right that was not given. Its secrets go with its folder. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@leads/contracts';
import { freePorts } from './ports.ts';
import { certificateAuthority, type Certificate } from '@leads/testing/certificates';

/** Who reaches the broker: the services, and what makes its topics and access rules, which may do everything. */
export type KafkaClient = ServiceName | 'provision-topics';

const PROVISIONER = 'provision-topics';
const CLIENTS: readonly KafkaClient[] = [...SERVICES, PROVISIONER];
/** The broker's own name in its certificate, by which it and its controller know each other. */
const BROKER = 'localhost';
const MECHANISM = 'SCRAM-SHA-512';

/** Where a secured broker is: what another process needs to reach it. */
export interface BrokerFacts {
  /** Certificates and passwords. */
  readonly folder: string;
  /** Takes passwords. */
  readonly port: number;
  /** Takes certificates. */
  readonly mutualPort: number;
}

/** How clients reach it. */
export interface BrokerAccess extends BrokerFacts {
  /** The variables that a client reaches the broker with, by its password or by its certificate. */
  environmentOf: (client: KafkaClient, by?: 'password' | 'certificate') => Record<string, string>;
}

export interface SecuredBroker extends BrokerAccess {
  /** Lines of server.properties: a listener for passwords, one for certificates, one for the controller. */
  readonly properties: Record<string, string>;
  /** Arguments of the format tool: the users that the broker begins with. */
  readonly users: string[];
}

/**
 * Makes what the broker and its clients need, once a folder: an authority, certificates (by `selfsigned`) and
 * passwords, which only their owner reads.
 */
export async function secureBroker(
  dataDir: string,
  { port, controllerPort }: { port: number; controllerPort: number },
): Promise<SecuredBroker> {
  const [mutualPort = 0] = await freePorts(1);
  const facts = { folder: join(dataDir, 'security'), port, mutualPort };
  await keepSecrets(facts.folder);
  const password = (client: KafkaClient): string =>
    readFileSync(join(facts.folder, `${client}.password`), 'utf8');
  return {
    ...accessToBroker(facts),
    properties: properties(facts, controllerPort),
    users: CLIENTS.flatMap((client) => [
      '--add-scram',
      `${MECHANISM}=[name=${client},password=${password(client)}]`,
    ]),
  };
}

/** How clients reach a broker that has been secured. */
export function accessToBroker({ folder, port, mutualPort }: BrokerFacts): BrokerAccess {
  return {
    ...{ folder, port, mutualPort },
    environmentOf: (client, by = 'password') => ({
      KAFKA_SSL_CA_FILE: join(folder, 'ca.pem'),
      ...(by === 'certificate'
        ? {
            KAFKA_BROKERS: `127.0.0.1:${mutualPort}`,
            KAFKA_SECURITY_PROTOCOL: 'SSL',
            KAFKA_SSL_CERTIFICATE_FILE: join(folder, `${client}.crt`),
            KAFKA_SSL_KEY_FILE: join(folder, `${client}.key`),
          }
        : {
            KAFKA_BROKERS: `127.0.0.1:${port}`,
            KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
            KAFKA_SASL_MECHANISM: MECHANISM,
            KAFKA_SASL_PASSWORD_FILE: join(folder, `${client}.password`),
          }),
    }),
  };
}

async function keepSecrets(folder: string): Promise<void> {
  if (existsSync(join(folder, 'made'))) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keep = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 });
  const authority = await certificateAuthority();
  keep('ca.pem', authority.certificate);
  const own = await authority.forServer();
  keep('broker.pem', inOneFile(own));
  for (const client of CLIENTS) {
    const { certificate, key } = await authority.forClient(client);
    keep(`${client}.crt`, certificate);
    keep(`${client}.key`, key);
    keep(`${client}.password`, randomBytes(24).toString('base64url'));
  }
  // Last: a folder that was left half made is made anew.
  keep('made', '');
}

/** How the broker takes a key store: the private key, then its certificate. */
function inOneFile({ certificate, key }: Certificate): string {
  return `${key.trim()}\n${certificate.trim()}\n`;
}

function properties(
  { folder, port, mutualPort }: BrokerFacts,
  controllerPort: number,
): Record<string, string> {
  const names = 'PASSWORD:SASL_SSL,MUTUAL:SSL,CONTROLLER:SSL';
  const stores = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(folder, 'broker.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(folder, 'ca.pem'),
    // A client certificate's user is its common name, as the user of a password is the service's name.
    'ssl.principal.mapping.rules': 'RULE:^(?:.*,)?CN=([^,]+).*$/$1/,DEFAULT',
  };
  return {
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PASSWORD://127.0.0.1:${port},MUTUAL://127.0.0.1:${mutualPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PASSWORD://127.0.0.1:${port},MUTUAL://127.0.0.1:${mutualPort}`,
    'listener.security.protocol.map': names,
    'inter.broker.listener.name': 'MUTUAL',
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.controller.ssl.client.auth': 'required',
    'listener.name.password.sasl.enabled.mechanisms': MECHANISM,
    [`listener.name.password.${MECHANISM.toLowerCase()}.sasl.jaas.config`]:
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${BROKER};User:${PROVISIONER}`,
    ...stores,
  };
}
