/** Reads along, in a test, what the gateway publishes. */
import { type Alert, type LeadAccepted, type LeadRepeated, topics } from '@leads/contracts';
import { watchTopic } from '@leads/kafka/testing';

export interface WatchedLeads {
  /** The events of one lead so far. */
  withId: (leadId: unknown) => LeadAccepted[];
  /** The events that tell of repeats of one lead so far. */
  repeatsOf: (leadId: unknown) => LeadRepeated[];
  /** What was told of one connection so far. */
  alertsOf: (connectionId: string) => Alert[];
  close: () => Promise<void>;
}

/** Joins its topics from their beginning and resolves once it takes records in. */
export async function watchAcceptedLeads(settings: {
  brokers: string[];
  clientId: string;
  topicPrefix: string;
}): Promise<WatchedLeads> {
  const [accepted, repeated, alerts] = await Promise.all([
    watchTopic(settings, topics.leadsAccepted),
    watchTopic(settings, topics.leadsRepeated),
    watchTopic(settings, topics.alerts),
  ]);
  return {
    withId: (leadId) => accepted.values().filter((lead) => lead.leadId === leadId),
    repeatsOf: (leadId) => repeated.values().filter((repeat) => repeat.leadId === leadId),
    alertsOf: (connectionId) => alerts.values().filter((alert) => alert.connectionId === connectionId),
    close: async () => {
      await Promise.all([accepted.close(), repeated.close(), alerts.close()]);
    },
  };
}
