/** One create in Dataverse. */
import type { Outbound } from '@leads/service';
import type { LeadRecord } from './map-lead.ts';
import { type Answer, networkCode, readError, retryAfterMs } from './read-answer.ts';

/** Headers that Microsoft asks every Web API client to send (Dataverse developer guide, "Compose HTTP requests"). */
const HEADERS = {
  accept: 'application/json',
  'content-type': 'application/json; charset=utf-8',
  'odata-version': '4.0',
  'odata-maxversion': '4.0',
};

/**
 * Posts a lead record; whatever comes back, or does not, is an answer and never an exception.
 * @param organization the organisation's origin
 */
export async function createLead(
  http: Outbound,
  organization: string,
  accessToken: string,
  record: LeadRecord,
): Promise<Answer> {
  try {
    const answer = await http.send({
      url: `${organization}/api/data/v9.2/leads`,
      method: 'POST',
      headers: { ...HEADERS, authorization: `Bearer ${accessToken}` },
      body: JSON.stringify(record),
    });
    return {
      kind: 'answered',
      status: answer.status,
      ...readError(answer.body),
      retryAfterMs: retryAfterMs(answer.headers['retry-after'], Date.now()),
    };
  } catch (error) {
    return { kind: 'unreachable', code: networkCode(error) };
  }
}
