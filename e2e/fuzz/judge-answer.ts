/** Whether what a body was answered, and the event that it became, are what they must be; pure. */
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { LeadAccepted, MAX_LEAD_BYTES } from '@leads/contracts';
import type { Body } from './body.ts';
import type { Answered } from './send.ts';

/** What may be answered besides 202: each says that it is kept, but for what is empty or too large. */
const REFUSALS = [400, 413, 422];

/** What is wrong with an answer by itself; none where nothing is. */
export function wrongsOfAnswer({ body, status, leads, said }: Answered): string[] {
  if (status === 0) return [`no answer: ${said}`];
  if (status === 202) {
    const { holds } = body;
    return holds && holds.length !== leads.length
      ? [`${leads.length} leads were taken in, and ${holds.length} are in it`]
      : [];
  }
  if (!REFUSALS.includes(status)) return [`answered ${status}: ${said.slice(0, 200)}`];
  if (status === 413 && !isTooLarge(body)) return ['called too large, and is not'];
  return body.holds && body.holds.length > 0 ? [`a lead in a published shape was answered ${status}`] : [];
}

/** Whether a body is to be found in quarantine. */
export function isToBeKept({ body, status }: Answered): boolean {
  return (status === 400 || status === 422) && body.bytes.length > 0;
}

function isTooLarge({ bytes }: Body): boolean {
  if (bytes.length > MAX_LEAD_BYTES) return true;
  return [gunzipSync, inflateSync, inflateRawSync].some((unpack) => {
    try {
      unpack(bytes, { maxOutputLength: MAX_LEAD_BYTES });
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    }
  });
}

/** Half characters, and controls but those that end lines and part columns. */
const UNCLEAN = /\p{Cs}|[^\P{Cc}\n\t]/u;

/**
 * What is wrong with the event of a lead.
 * @param place the lead's place in its body
 */
export function wrongsOfEvent(event: LeadAccepted, { body, leads }: Answered, place: number): string[] {
  const wrongs: string[] = [];
  const json = JSON.stringify(event);
  if (Buffer.from(json).toString('utf8') !== json) wrongs.push('its event is not the same after UTF-8');
  const again = LeadAccepted.safeParse(JSON.parse(json));
  if (!again.success || !isDeepStrictEqual(again.data, event))
    wrongs.push('its event does not parse as itself');
  const { customer, ...facts } = event.lead;
  const texts = [...Object.values(customer), ...Object.values(facts)];
  if (texts.some((text) => UNCLEAN.test(text))) wrongs.push('its texts hold what cannot be written');
  const { firstName, lastName, email, phone, company } = customer;
  if (
    [firstName, lastName, email, phone, company, facts.leadSource, facts.actionCode].every(
      (text) => text === '',
    )
  )
    wrongs.push('it was taken in and says nothing of anybody');
  const wanted = body.holds?.[place];
  if (wanted !== undefined && email !== wanted) wrongs.push(`its address is "${email}" and not "${wanted}"`);
  const kept =
    event.originalBytes === undefined
      ? Buffer.from(event.original)
      : Buffer.from(event.originalBytes, 'base64');
  const isOwn = leads.length === 1 && leads[0]?.isRepeat === false;
  if (isOwn && !kept.equals(body.bytes)) wrongs.push('its original is not what was posted');
  return wrongs;
}
