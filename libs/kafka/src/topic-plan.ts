/** What has to change so that a broker's topic is what the catalogue says. */
import { own } from '@leads/contracts';
import type { Topic } from '@leads/contracts';

/** A topic as the broker has it. */
export interface ExistingTopic {
  partitions: number;
  /** Every configuration value in force. */
  config: Readonly<Record<string, string>>;
  /** Those that were set on this topic itself, rather than inherited. */
  overrides: Readonly<Record<string, string>>;
}

/** The changes to one existing topic; what is undefined stays as it is. */
export interface TopicChanges {
  partitions?: number;
  /** The full set of overrides, because the broker takes away what is not in it. */
  overrides?: Record<string, string>;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The configuration that a catalogue entry asks for, by the broker's own names. */
export function wantedConfig(topic: Topic, replicationFactor: number): Record<string, string> {
  // An acknowledgement by all in-sync replicas is worth something only if there must be more than one.
  const durability = { 'min.insync.replicas': String(replicationFactor >= 3 ? 2 : 1) };
  if (topic.retention.policy === 'compact') return { ...durability, 'cleanup.policy': 'compact' };
  const { ms } = topic.retention;
  // A record goes with its whole segment: a topic that keeps minutes must not fill one segment for a week.
  const segmentMs = Math.min(DAY, Math.max(MINUTE, Math.floor(ms / 4)));
  return {
    ...durability,
    'cleanup.policy': 'delete',
    'retention.ms': String(ms),
    'retention.bytes': '-1',
    'segment.ms': String(segmentMs),
  };
}

/**
 * The changes that bring an existing topic back to what is wanted, or undefined when it is that already.
 * Partitions are only ever added, and overrides that the catalogue says nothing about are kept.
 */
export function planChanges(
  existing: ExistingTopic,
  topic: Topic,
  replicationFactor: number,
): TopicChanges | undefined {
  const wanted = wantedConfig(topic, replicationFactor);
  const drifted = Object.entries(wanted).some(([name, value]) => own(existing.config, name) !== value);
  const changes: TopicChanges = {};
  if (existing.partitions < topic.partitions) changes.partitions = topic.partitions;
  if (drifted) changes.overrides = { ...existing.overrides, ...wanted };
  return Object.keys(changes).length > 0 ? changes : undefined;
}
