/** Has the gateway make a lead of what the ledger keeps of another: of a repeat, or of one that ended with its connection. */
import { Inject, Injectable } from '@nestjs/common';
import {
  CONNECTION_DELETED,
  type LeadMaking,
  MadeLead,
  type MarketplaceLead,
  present,
  type Reason,
} from '@leads/contracts';
import type { LeadState } from '@leads/contracts/portal-api';
import { Kysely, sql } from 'kysely';
import { ProblemError } from '@leads/service';
import { notFound, type Scope, within } from '../access/scope.ts';
import type { Viewer } from '../access/viewer.ts';
import { Gateway } from '../gateway-api/gateway.ts';
import type { PortalTables } from '../tables.ts';

/** A lead as it is kept. */
interface KeptLead {
  connection_id: string;
  publisher_id: string | null;
  accepted_at: Date;
  is_accepted: boolean;
  is_test: boolean;
  state: LeadState;
  reason: Reason | null;
  lead: MarketplaceLead;
  original: string | null;
  original_bytes: string | null;
}

/** What was made, and whose it is. */
export interface LeadMadeFor {
  made: MadeLead;
  publisherId: string | undefined;
}

@Injectable()
export class MakeLeads {
  constructor(
    @Inject(Gateway) private readonly gateway: Pick<Gateway, 'act'>,
    private readonly database: Kysely<PortalTables>,
  ) {}

  /** @param repeatAt when the repeat came. @throws ProblemError where there is none, or the gateway makes none of it */
  async ofRepeat(viewer: Viewer, scope: Scope, leadId: string, repeatAt: string): Promise<LeadMadeFor> {
    const kept = await this.find(scope, leadId);
    const repeat = await this.database
      .selectFrom('timeline')
      .select('at')
      .where('lead_id', '=', leadId)
      .where('kind', '=', 'repeated')
      .where('at', '=', new Date(repeatAt))
      .executeTakeFirst();
    if (!repeat) throw noRepeat();
    return this.make(viewer, kept, {
      ...{ from: 'repeat', leadId, at: repeat.at.toISOString(), connectionId: kept.connection_id },
    });
  }

  /** @throws ProblemError where it did not end with its connection, or the other one is none of its publisher's */
  async ofEnded(viewer: Viewer, scope: Scope, leadId: string, connectionId: string): Promise<LeadMadeFor> {
    const kept = await this.find(scope, leadId);
    if (kept.state !== 'dead' || kept.reason?.cause !== CONNECTION_DELETED) throw notEnded();
    const target = await this.database
      .selectFrom('connections')
      .select('state')
      .where('connection_id', '=', connectionId)
      .where('publisher_id', '=', kept.publisher_id ?? '')
      .executeTakeFirst();
    if (!target || target.state === 'deleted') throw noSuchOffer();
    const at = kept.accepted_at.toISOString();
    return this.make(viewer, kept, { from: 'deleted-connection', leadId, at, connectionId });
  }

  private async make(
    { email: by }: Viewer,
    kept: KeptLead,
    asked: Pick<LeadMaking, 'from' | 'leadId' | 'at' | 'connectionId'>,
  ): Promise<LeadMadeFor> {
    const { lead, is_test: isTest, original, original_bytes: bytes } = kept;
    const making: LeadMaking = {
      ...{ ...asked, by, lead, isTest, original: original ?? JSON.stringify(lead) },
      ...present({ originalBytes: bytes?.replaceAll('\n', '') }),
    };
    const made = await this.gateway.act(by, '/api/made-leads', making, MadeLead);
    return { made, publisherId: kept.publisher_id ?? undefined };
  }

  private async find(scope: Scope, leadId: string): Promise<KeptLead> {
    const { rows } = await sql<KeptLead>`
      select connection_id, publisher_id, accepted_at, is_accepted, is_test, state, reason, lead, original,
             encode(original_bytes, 'base64') as original_bytes
      from leads join lead_contents using (lead_id)
      where lead_id = ${leadId} and is_accepted and accepted_at is not null and ${within(scope, 'publisher_id')}
    `.execute(this.database);
    const [row] = rows;
    if (!row) throw notFound('lead');
    return row;
  }
}

function noRepeat(): ProblemError {
  return new ProblemError({
    status: 404,
    title: 'No such repeat',
    detail:
      'The marketplace did not post this lead again at that time, or that was too long ago. No lead was made. ' +
      'Open the lead again and choose one of the repeats that it shows.',
  });
}

function notEnded(): ProblemError {
  return new ProblemError({
    status: 409,
    title: 'Nothing to rescue',
    detail:
      'Only a lead that ended because its connection was deleted is rescued. No lead was made. ' +
      'A lead that is dead for another cause is replayed instead.',
  });
}

function noSuchOffer(): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'Not an offer of this publisher',
    detail:
      'The lead can go to an offer of the same publisher only, and to one that is not deleted. No lead was made. ' +
      'Choose another one.',
    errors: [{ pointer: '/connectionId', detail: 'Choose an offer of the publisher of this lead.' }],
  });
}
