/**
 * The keys of everything in the cache, so that live events and changes can say what is no longer true. Each begins
 * with its family: invalidating `['leads']` takes in every list and every lead.
 */
import type { KeptPostState } from '@leads/contracts';
import type { LeadFilter } from '@leads/contracts/portal-api';

export const keys = {
  session: ['session'],
  offers: ['offers'],
  offer: (connectionId: string) => ['offers', connectionId] as const,
  connections: ['connections'],
  connection: (connectionId: string) => ['connections', connectionId] as const,
  leadAddress: (connectionId: string) => ['connections', connectionId, 'lead-address'] as const,
  versions: (connectionId: string) => ['connections', connectionId, 'versions'] as const,
  /** The newest Validate of a connection, or `null` where there has been none. */
  validation: (connectionId: string) => ['validations', connectionId] as const,
  leads: ['leads'],
  leadLists: ['leads', 'list'],
  leadList: (filter: LeadFilter) => ['leads', 'list', filter] as const,
  lead: (leadId: string) => ['leads', 'one', leadId] as const,
  keptPosts: ['kept-posts'],
  keptPostList: (state: KeptPostState | undefined) => ['kept-posts', 'list', state ?? 'all'] as const,
  keptPost: (postId: string) => ['kept-posts', 'one', postId] as const,
  unknownFields: ['unknown-fields'],
  replays: ['replays'],
  replay: (replayId: string) => ['replays', replayId] as const,
  incidents: ['incidents'],
  incidentList: ['incidents', 'list'],
  incident: (incidentId: string) => ['incidents', 'one', incidentId] as const,
  lanes: ['lanes'],
  statistics: ['statistics'],
  statisticsOf: (span: 'hour' | 'week', connectionId?: string) =>
    ['statistics', span, connectionId ?? 'all'] as const,
  audit: ['audit'],
  publisherRequests: ['publisher-requests'],
  publishers: ['publishers'],
  contactAsked: ['contact-asked'],
  usage: ['usage'],
  retention: ['retention'],
} as const;
