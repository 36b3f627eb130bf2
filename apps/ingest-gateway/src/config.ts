/** The settings of the ingest gateway; `.env.example` describes each. */
import { serviceSettings, type SettingsOf } from '@leads/service';
import { z } from 'zod';

export const settings = {
  ...serviceSettings,
  /** How long the same content for the same connection is taken for a repeat of one lead, in seconds; 0: never. */
  DEDUPE_WINDOW_SECONDS: z.coerce.number().int().min(0).max(604_800).default(86_400),
  /** For so many hours after a connection was deleted, what still comes to its address is kept and shown. */
  DELETED_GRACE_HOURS: z.coerce.number().int().min(0).max(720).default(168),
  /** How many posts that come at the same time share one commit; 1: each has its own. */
  COMMIT_LEADS_TOGETHER: z.coerce.number().int().min(1).max(5_000).default(500),
  /** How many posts a minute one address takes, in each instance. */
  POSTS_PER_MINUTE: z.coerce.number().int().min(1).default(12_000),
  /** How many requests a minute from one source may be to addresses that nobody has, in each instance. */
  UNKNOWN_ADDRESSES_PER_MINUTE: z.coerce.number().int().min(1).default(60),
  /** By how many proxies of one's own all posts come: sources are told apart by the address that the first of them saw. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /** How many connections may be open at a time, and how many from one source where posts come by no proxy. */
  CONNECTIONS_AT_MOST: z.coerce.number().int().min(1).default(20_000),
  CONNECTIONS_PER_SOURCE: z.coerce.number().int().min(1).default(1_000),
  /** A connection without a request is closed after so long; behind a proxy, longer than that keeps its own open. */
  IDLE_CONNECTION_SECONDS: z.coerce.number().int().min(1).max(3_600).default(75),
  /** With more events in the outbox, which is where leads wait while Kafka is away, no further lead is taken in. */
  OUTBOX_EVENTS_AT_MOST: z.coerce.number().int().min(1).default(1_000_000),
  /** What is kept an hour of one address's posts that hold no lead: so many, and so many bytes. */
  QUARANTINE_BODIES_PER_HOUR: z.coerce.number().int().positive().default(100),
  QUARANTINE_BYTES_PER_HOUR: z.coerce.number().int().positive().default(1_048_576),
};

export type Settings = SettingsOf<typeof settings>;
