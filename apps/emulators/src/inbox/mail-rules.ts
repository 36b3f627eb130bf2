/** How the inbox misbehaves when a test asks for it: recipients refused, everything away, or slow. */
import { z } from 'zod';

export const MailRules = z
  .object({
    /** Recipients whose address contains `to` are refused; 4xx means try later, 5xx never. */
    refusals: z
      .array(
        z.object({
          to: z.string().default(''),
          code: z.number().int().min(400).max(599).default(451),
          text: z.string().default('Requested action aborted: local error in processing'),
          times: z.number().int().positive().optional(),
        }),
      )
      .default([]),
    /** Every connection is answered 421 and closed. */
    away: z.boolean().default(false),
    /** Time between a mail and its acknowledgement, ms. */
    delayMs: z.number().min(0).default(0),
    /** The connection is cut after the mail was taken, in place of the acknowledgement. */
    cutAfterTaking: z.boolean().default(false),
  })
  .strict();
export type MailRules = z.output<typeof MailRules>;

/** The rules in force and how often each refusal was given. */
export class MailBehaviour {
  private inForce: MailRules = MailRules.parse({});
  private given = new Map<object, number>();

  get rules(): MailRules {
    return this.inForce;
  }

  set(rules: MailRules): void {
    this.inForce = rules;
    this.given = new Map();
  }

  /** The refusal for a recipient, counted; undefined when it is welcome. */
  refusalOf(recipient: string): { code: number; text: string } | undefined {
    for (const refusal of this.inForce.refusals) {
      const given = this.given.get(refusal) ?? 0;
      if (!recipient.toLowerCase().includes(refusal.to.toLowerCase()) || given >= (refusal.times ?? Infinity))
        continue;
      this.given.set(refusal, given + 1);
      return refusal;
    }
    return undefined;
  }
}
