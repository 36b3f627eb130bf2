/** Where a person opens a lead in Dynamics 365. */
import { recordLink } from '@leads/contracts';

export class RecordLinks {
  /** @param base followed by the organisation's host; `undefined`: links lead to the organisation itself */
  constructor(private readonly base: string | undefined) {}

  /**
   * The address of a lead's form.
   * @param organization the organisation's origin
   */
  to(organization: string, crmId: string): string {
    return recordLink(organization, crmId, this.base);
  }
}
