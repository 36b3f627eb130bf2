/** What a person does about an incident, handed on to the service that keeps them. */
import { Injectable } from '@nestjs/common';
import { Incident } from '@leads/contracts';
import { Kysely } from 'kysely';
import type { Viewer } from '../access/viewer.ts';
import { Credentials } from '../credentials-api/credentials.ts';
import { keepIncidents } from '../ledger/keep-incidents.ts';
import { publishChanges } from '../ledger/publish-changes.ts';
import { RecordLinks } from '../ledger/record-links.ts';
import type { PortalTables } from '../tables.ts';

@Injectable()
export class ActOnIncident {
  constructor(
    private readonly credentials: Credentials,
    private readonly database: Kysely<PortalTables>,
    private readonly links: RecordLinks,
  ) {}

  /**
   * The answer is kept at once: the topic will tell the same, a moment later than who did it looks.
   * @throws ProblemError as the service answered it
   */
  async act(viewer: Viewer, incidentId: string, act: 'acknowledge' | 'resolve'): Promise<void> {
    const path = `/api/incidents/${incidentId}/${act}`;
    const { body } = await this.credentials.ask({ method: 'POST', path, actor: viewer.email });
    await this.database.transaction().execute(async (transaction) => {
      const touched = await keepIncidents(transaction, [Incident.parse(body)]);
      await publishChanges(transaction, touched, this.links);
    });
  }
}
