/** What requests about incidents carry, and what is answered. */
import { Incident, IncidentState, Moment } from '@leads/contracts';
import { CheckedQuery, IdParam, ProblemError, wholeNumber } from '@leads/service';
import { z } from 'zod';

/** Which incidents are asked for. */
export const IncidentFilter = z.strictObject({
  /** `unresolved`: open or acknowledged. */
  state: z.enum([...IncidentState.options, 'unresolved']).optional(),
  /** A `Trouble`. */
  kind: z.string().optional(),
  publisherId: z.string().optional(),
  connectionId: z.guid().toLowerCase().optional(),
  /** Changed before then: the next page after one whose last incident changed at that time. */
  before: Moment.optional(),
  /** The last incident of that page: those that changed at the same time and were not on it come too. */
  beforeId: z.guid().toLowerCase().optional(),
  limit: wholeNumber(1, 200, 50),
});
export type IncidentFilter = z.infer<typeof IncidentFilter>;

export const IncidentAnswer = Incident.meta({ id: 'Incident' });
export const IncidentList = z.object({ incidents: z.array(IncidentAnswer) }).meta({ id: 'Incidents' });
export type IncidentList = z.infer<typeof IncidentList>;

/** The incident in the path. */
export const IncidentId = (): ParameterDecorator => IdParam('id', unknownIncident);

/** The filter in the query. */
export const Filter = (): ParameterDecorator => CheckedQuery(IncidentFilter);

export function unknownIncident(): ProblemError {
  return new ProblemError({
    status: 404,
    title: 'No such incident',
    detail: 'There is no incident with this ID, or it is long over. Nothing was changed.',
  });
}

export function incidentIsOver(): ProblemError {
  return new ProblemError({
    status: 409,
    title: 'The incident is over',
    detail: 'The incident is resolved already. Nothing was changed, and nothing need be done.',
  });
}
