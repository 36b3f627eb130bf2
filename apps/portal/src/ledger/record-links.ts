/** Where a person opens a lead in Dynamics 365. */
import { recordLink } from '@leads/contracts';

export class RecordLinks {
  /** @param base followed by the organisation's host; `undefined`: links lead to the organisation itself */
  constructor(private readonly base: string | undefined) {}

  /**
   * The address of a lead's form, where it is in its connection's organisation.
   * @param connectionUrl `null` until the connection is known
   * @param organization the organisation's origin, as the lead's outcome has it
   */
  to(connectionUrl: string | null, organization: string, crmId: string): string | undefined {
    return recordLink({ organization, crmId }, connectionUrl, this.base);
  }
}
