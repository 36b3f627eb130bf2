/** What a lead keeps of the body that it came in; pure. */
import type { FoundLead, LeadAccepted } from '@leads/contracts';

/** The whole body where it holds one lead, else the part of this one: nobody keeps what another customer said. */
export function originalOf(
  body: Buffer,
  text: string,
  { part }: Pick<FoundLead, 'part'>,
  leads: number,
): Pick<LeadAccepted, 'original' | 'originalBytes'> {
  if (leads > 1) return { original: JSON.stringify(part) };
  return Buffer.from(text).equals(body)
    ? { original: text }
    : { original: text, originalBytes: body.toString('base64') };
}
