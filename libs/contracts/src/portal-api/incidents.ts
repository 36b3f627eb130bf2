/** Incidents as people look at them. */
import { z } from 'zod';
import { Incident, IncidentState, IncidentTransition } from '../incidents.ts';
import { At } from './at.ts';
import { PublisherFacts } from './publishers.ts';

/**
 * An incident as people look at it: `POST /api/incidents/{id}/acknowledge`, `…/resolve` answer it as well.
 *
 * Its `waiting` and `dead` are what was told with its last transition; `leads` is how it is now.
 */
export const IncidentView = Incident.extend({
  /** Where it is felt, as far as who asks may see. */
  offers: z.array(z.object({ connectionId: z.uuid(), title: z.string(), publisher: PublisherFacts })),
  /** Customers' leads that wait, or are dead, because of it; the filter `incidentId` shows them. */
  leads: z.object({ waiting: z.int().nonnegative(), dead: z.int().nonnegative() }),
}).meta({ id: 'Incident' });
export type IncidentView = z.infer<typeof IncidentView>;

/** `GET /api/incidents`: those that are open first, then by when they began, the newest first; 200 at most. */
export const Incidents = z
  .object({
    incidents: z.array(IncidentView),
    /** How many are open, and so nobody's yet. */
    open: z.int().nonnegative(),
  })
  .meta({ id: 'Incidents' });
export type Incidents = z.infer<typeof Incidents>;

/** `GET /api/incidents/{id}`. */
export const IncidentDetail = IncidentView.extend({
  /** Oldest first; what only counts anew is left out. */
  timeline: z.array(
    z.object({
      at: At,
      transition: IncidentTransition,
      /** Where the transition led to. */
      state: IncidentState,
      by: z.string(),
      what: z.string(),
    }),
  ),
}).meta({ id: 'IncidentDetail' });
export type IncidentDetail = z.infer<typeof IncidentDetail>;
