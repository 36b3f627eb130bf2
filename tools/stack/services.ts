/** The services: which there are, and what each is told beyond what all are told. One list for every run. */
import { directories, productClientId } from '@leads/testing';
import type { Ports } from './config.ts';
import type { Keys } from './facts/keys.ts';
import type { KafkaClient } from './infrastructure/secured-broker.ts';

/** What a service's own settings are made from. */
export interface Surroundings {
  readonly keys: Keys;
  readonly gatewayUrl: string;
  readonly credentialsUrl: string;
  readonly writerUrl: string;
  readonly portalUrl: string;
  readonly emulatorsUrl: string;
  readonly smtpUrl: string;
  /** Who signed the mail server's certificate; undefined where it is plain. */
  readonly smtpCaFile?: string | undefined;
}

interface ServiceDeclaration<Name extends string = string> {
  readonly name: Name;
  readonly port: keyof Ports;
  /** Settings of this service alone. */
  readonly settings: (around: Surroundings) => Record<string, string>;
}

const signingOf = (keys: Keys, name: keyof Keys['signingKeyFiles']): Record<string, string> => ({
  SERVICE_KEYS_FILE: keys.serviceKeysFile,
  SERVICE_SIGNING_KEY_FILE: keys.signingKeyFiles[name],
});

const declared = [
  {
    name: 'ingest-gateway',
    port: 'gateway',
    settings: ({ keys }) => signingOf(keys, 'ingest-gateway'),
  },
  {
    name: 'credentials',
    port: 'credentials',
    settings: ({ keys, gatewayUrl, writerUrl, emulatorsUrl }) => ({
      MASTER_KEY_FILE: keys.masterKeyFile,
      REQUESTER_KEYS_FILE: keys.requesterKeysFile,
      ...signingOf(keys, 'credentials'),
      CREDENTIALS_API_KEY_FILE: keys.credentialsApiKeyFile,
      GATEWAY_PUBLIC_URL: gatewayUrl,
      WRITER_URL: writerUrl,
      MICROSOFT_RESOLVER: emulatorsUrl,
      // The emulated directory's registration for user names and passwords.
      OFFICE365_CLIENT_ID: productClientId,
    }),
  },
  {
    name: 'dynamics-writer',
    port: 'writer',
    settings: ({ keys, emulatorsUrl }) => ({
      REQUESTER_SIGNING_KEY_FILE: keys.signingKeyFiles['dynamics-writer'],
      ...signingOf(keys, 'dynamics-writer'),
      MICROSOFT_RESOLVER: emulatorsUrl,
    }),
  },
  {
    name: 'notification',
    port: 'notification',
    settings: ({ keys, smtpUrl, smtpCaFile, portalUrl, emulatorsUrl }) => ({
      ...signingOf(keys, 'notification'),
      SMTP_URL: smtpUrl,
      ...(smtpCaFile !== undefined && { SMTP_PLAINTEXT_ALLOWED: 'false', NODE_EXTRA_CA_CERTS: smtpCaFile }),
      PORTAL_PUBLIC_URL: portalUrl,
      MAIL_FROM: 'Marketplace leads <leads@localhost.example>',
      DYNAMICS_LINK_BASE: `${emulatorsUrl}/org`,
    }),
  },
  {
    name: 'portal',
    port: 'portal',
    settings: ({ keys, portalUrl, credentialsUrl, gatewayUrl, emulatorsUrl }) => ({
      PORTAL_PUBLIC_URL: portalUrl,
      SESSION_KEY_FILE: keys.sessionKeyFile,
      CREDENTIALS_URL: credentialsUrl,
      GATEWAY_URL: gatewayUrl,
      ...signingOf(keys, 'portal'),
      // The emulated directory's registration of this product, and where its people sign in.
      SIGN_IN_CLIENT_ID: productClientId,
      SIGN_IN_BROWSER_ORIGIN: emulatorsUrl,
      OPERATOR_DIRECTORY_ID: directories.northwind,
      MICROSOFT_RESOLVER: emulatorsUrl,
      DYNAMICS_LINK_BASE: `${emulatorsUrl}/org`,
    }),
  },
] as const satisfies readonly ServiceDeclaration[];

export type ServiceName = (typeof declared)[number]['name'];
export const serviceDeclarations: readonly ServiceDeclaration<ServiceName>[] = declared;

/** What all services of one stack are told. */
export interface SharedSettings {
  /** The variables that a client reaches the broker with. */
  readonly kafkaOf: (client: KafkaClient) => Record<string, string>;
  readonly topicPrefix: string;
  /** The variables that a service reaches the database with. */
  readonly databaseOf: (service: ServiceName) => Record<string, string>;
  /** What migrations are told besides: who owns the schemas, where that is not the services' own user. */
  readonly databaseOwner: Record<string, string>;
  /** Whether health and metrics have a port of their own. */
  readonly healthApart: boolean;
  readonly logLevel: string;
}

/** What a service is told of broker and database, and what everybody is told. */
export function environmentOf(shared: SharedSettings, service: ServiceName): Record<string, string> {
  return { ...forEverybody(shared), ...kafkaVariables(shared, service), ...shared.databaseOf(service) };
}

/** How a client reaches the broker, and what its topics begin with. */
export function kafkaVariables(
  { kafkaOf, topicPrefix }: SharedSettings,
  client: KafkaClient,
): Record<string, string> {
  return { ...kafkaOf(client), KAFKA_TOPIC_PREFIX: topicPrefix };
}

/** What everybody is told. */
export function forEverybody({ logLevel }: SharedSettings): Record<string, string> {
  // Emulators stand in for Microsoft under every profile, which production refuses.
  return { NODE_ENV: 'development', LOG_LEVEL: logLevel };
}
