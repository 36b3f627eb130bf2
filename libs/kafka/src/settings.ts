/** Where the broker is, and the prefix that keeps stacks and tests apart on one broker. */
export interface KafkaSettings {
  /** `host:port` of one or more brokers to start from. */
  brokers: string[];
  clientId: string;
  /** Put before every topic and group name, so that stacks and tests never meet; may be empty. */
  topicPrefix: string;
}

/** A topic or group name as the broker knows it. */
export function prefixed(settings: KafkaSettings, name: string): string {
  return `${settings.topicPrefix}${name}`;
}
