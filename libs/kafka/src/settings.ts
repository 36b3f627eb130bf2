/** Where the broker is, who we are there, and the prefix that keeps stacks and tests apart on one broker. */
import type { ServiceName } from '@leads/contracts';
import type { ServiceKey, SigningKey } from '@leads/contracts/service-keys';

export interface KafkaSettings {
  /** `host:port` of one or more brokers to start from. */
  brokers: string[];
  clientId: string;
  /** Put before every topic and group name, so that stacks and tests never meet; may be empty. */
  topicPrefix: string;
  /** The service that this is, which then publishes and takes no topic but those that the catalogue gives it. */
  service?: ServiceName;
  /** How records of signed topics are signed and checked; without it none of them is published or taken. */
  signing?: RecordSigning;
  /** Absent: in clear. */
  tls?: KafkaTls;
  /** Absent: without a name, or under that of the client certificate. */
  login?: KafkaLogin;
}

/** The keys by which records prove who published them. */
export interface RecordSigning {
  /** The private key of this service. */
  key: SigningKey;
  /** The public keys of all services that publish what this one takes. */
  known: readonly ServiceKey[];
  /** Until when records without any signature are taken all the same, in milliseconds since the epoch; never unless told. */
  unsignedUntil?: number;
}

/** TLS to the broker, whose certificate and host name are always checked. Everything is PEM text. */
export interface KafkaTls {
  /** Who signed the broker's certificate; the certificate authorities that Node knows unless given. */
  ca?: string;
  /** The client's own certificate with its key: its distinguished name is then the principal. */
  client?: { certificate: string; key: string };
}

/** How a client says who it is (SASL). */
export type KafkaLogin =
  | { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
  | ({ mechanism: 'oauthbearer' } & ClientCredentials);

/** An OAuth 2.0 client that gets its tokens by client credentials (RFC 6749, 4.4). */
export interface ClientCredentials {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope?: string;
}

/** A topic or group name as the broker knows it. */
export function prefixed(settings: Pick<KafkaSettings, 'topicPrefix'>, name: string): string {
  return `${settings.topicPrefix}${name}`;
}
