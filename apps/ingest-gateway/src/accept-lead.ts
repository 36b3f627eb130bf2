/** The gateway's walk: a posted lead becomes a committed row and an event, and only then is it accepted. */
import { randomUUID } from 'node:crypto';
import { All, Controller, HttpCode, Inject, Param } from '@nestjs/common';
import { isMarketplaceTest, MAX_LEAD_BYTES, readMarketplaceLead } from '@leads/contracts';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { SECOND_MS, within } from '@leads/pacing';
import { LOG, type Logger, ProblemError, SETTINGS } from '@leads/service';
import { Kysely } from 'kysely';
import { Commits } from './commits.ts';
import type { Settings } from './config.ts';
import { addressKeyHash, fingerprintOf } from './fingerprint.ts';
import { parseBody, Unread, type UnreadRequest } from './lead-body.ts';
import { KnownAddresses } from './known-addresses.ts';
import { quarantine } from './lead-store.ts';
import { databaseUnavailable, noLeadRecognised, otherMethod, unknownAddress } from './refusals.ts';
import type { GatewayTables } from './tables.ts';

/** What the sender gets with its 202. */
export interface Acceptance {
  leadId: string;
  /** Present where the lead was folded into one that had come before. */
  duplicate?: true;
}

/** What is logged of a post, gathered on the way: neither the address key nor anything of the customer. */
interface LogLine {
  connectionId?: string;
  leadId?: string;
  duplicate?: boolean;
  bytes?: number;
}

/** How long the database may take for one answer, in milliseconds. */
const DATABASE_TIMEOUT_MS = 10 * SECOND_MS;

@Controller()
export class AcceptLead {
  constructor(
    private readonly database: Kysely<GatewayTables>,
    private readonly relay: OutboxRelay<GatewayTables>,
    @Inject(LOG) private readonly log: Logger,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly clock: DatabaseClock,
    private readonly addresses: KnownAddresses,
    private readonly commits: Commits,
  ) {}

  /** Any method comes here, so that all but POST can be answered 405. */
  @All('leads/:addressKey')
  @HttpCode(202)
  async receive(
    @Param('addressKey') addressKey: string,
    @Unread() request: UnreadRequest,
  ): Promise<Acceptance> {
    const began = performance.now();
    const line: LogLine = {};
    const ms = (): number => Math.round((performance.now() - began) * 10) / 10;
    try {
      const acceptance = await this.acceptLead(addressKey, request, line);
      this.log.info({ ...line, ms: ms() }, 'lead accepted');
      return acceptance;
    } catch (error) {
      if (error instanceof ProblemError) {
        // Strangers knocking at made-up addresses are no news; a refusal of one's own marketplace is.
        const level = line.connectionId === undefined ? 'debug' : 'warn';
        this.log[level]({ ...line, status: error.problem.status, ms: ms() }, 'lead refused');
      }
      throw error;
    }
  }

  private async acceptLead(addressKey: string, request: UnreadRequest, line: LogLine): Promise<Acceptance> {
    const receivedAt = this.clock.date();
    if (request.method !== 'POST') throw otherMethod();

    const connection = await this.answered(this.addresses.find(addressKeyHash(addressKey)));
    if (!connection) throw unknownAddress();
    const { connectionId } = connection;
    line.connectionId = connectionId;

    const body = await request.readBody(MAX_LEAD_BYTES);
    line.bytes = body.length;
    const { text, value } = parseBody(body);
    const lead = readMarketplaceLead(value);
    if (!lead) {
      const caps = {
        bodies: this.settings.QUARANTINE_BODIES_PER_HOUR,
        bytes: this.settings.QUARANTINE_BYTES_PER_HOUR,
      };
      const { isKept } = await this.answered(
        quarantine(this.database, { connectionId, body, receivedAt }, caps),
      );
      this.relay.wake();
      throw noLeadRecognised(isKept);
    }

    const accepted = await this.answered(
      this.commits.accept({
        lead: {
          leadId: randomUUID(),
          connectionId,
          receivedAt: receivedAt.toISOString(),
          acceptedAt: this.clock.date().toISOString(),
          isTest: isMarketplaceTest(lead),
          lead,
          original: text,
        },
        fingerprint: fingerprintOf(connectionId, lead),
        windowMs: this.settings.DEDUPE_WINDOW_SECONDS * SECOND_MS,
      }),
    );
    this.relay.wake();
    Object.assign(line, accepted);
    return accepted.duplicate ? { leadId: accepted.leadId, duplicate: true } : { leadId: accepted.leadId };
  }

  /** The database's answer, or a refusal where it has none: a lead that is not committed is never accepted. */
  private async answered<Answer>(question: Promise<Answer>): Promise<Answer> {
    try {
      return await within(DATABASE_TIMEOUT_MS, () => question);
    } catch (error) {
      // PostgreSQL's own messages can quote values; its code says enough.
      const { code, message } = error as { code?: unknown; message?: unknown };
      this.log.error({ cause: code ?? message }, 'the database does not take leads in');
      throw databaseUnavailable();
    }
  }
}
