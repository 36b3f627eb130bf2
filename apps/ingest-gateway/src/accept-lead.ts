/** The gateway's walk: a posted lead becomes a committed row and an event, and only then is it accepted. */
import { randomUUID } from 'node:crypto';
import { All, Controller, HttpCode, Inject, Param, Req } from '@nestjs/common';
import { isMarketplaceTest, MAX_LEAD_BYTES, readMarketplaceLead } from '@leads/contracts';
import type { OutboxRelay } from '@leads/database';
import { DATABASE, LOG, type Logger, ProblemError, RELAY } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { addressKeyHash, fingerprintOf } from './fingerprint.ts';
import { parseBody, readBody } from './lead-body.ts';
import { acceptOnce, findConnection, quarantine } from './lead-store.ts';
import { databaseUnavailable, noLeadRecognised, otherMethod, unknownAddress } from './refusals.ts';
import { DEDUPE_WINDOW_MS, type GatewayTables } from './tables.ts';

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
const DATABASE_TIMEOUT_MS = 10_000;

@Controller()
export class AcceptLead {
  constructor(
    @Inject(DATABASE) private readonly database: Kysely<GatewayTables>,
    @Inject(RELAY) private readonly relay: OutboxRelay<GatewayTables>,
    @Inject(LOG) private readonly log: Logger,
    @Inject(DEDUPE_WINDOW_MS) private readonly dedupeWindowMs: number,
  ) {}

  /** Any method comes here, so that all but POST can be answered 405. */
  @All('leads/:addressKey')
  @HttpCode(202)
  async receive(
    @Param('addressKey') addressKey: string,
    @Req() request: FastifyRequest,
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

  private async acceptLead(addressKey: string, request: FastifyRequest, line: LogLine): Promise<Acceptance> {
    const receivedAt = new Date();
    if (request.method !== 'POST') throw otherMethod();

    const connection = await this.answered(findConnection(this.database, addressKeyHash(addressKey)));
    if (!connection) throw unknownAddress();
    const { connectionId } = connection;
    line.connectionId = connectionId;

    const body = await readBody(request.raw, MAX_LEAD_BYTES);
    line.bytes = body.length;
    const { text, value } = parseBody(body);
    const lead = readMarketplaceLead(value);
    if (!lead) {
      await this.answered(quarantine(this.database, { connectionId, body, receivedAt }));
      throw noLeadRecognised();
    }

    const accepted = await this.answered(
      acceptOnce(
        this.database,
        {
          leadId: randomUUID(),
          connectionId,
          receivedAt: receivedAt.toISOString(),
          acceptedAt: new Date().toISOString(),
          isTest: isMarketplaceTest(lead),
          lead,
          original: text,
        },
        fingerprintOf(connectionId, lead),
        this.dedupeWindowMs,
      ),
    );
    this.relay.wake();
    Object.assign(line, accepted);
    return accepted.duplicate ? { leadId: accepted.leadId, duplicate: true } : { leadId: accepted.leadId };
  }

  /** The database's answer, or a refusal where it has none: a lead that is not committed is never accepted. */
  private async answered<Answer>(question: Promise<Answer>): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), DATABASE_TIMEOUT_MS);
    });
    try {
      return await Promise.race([question, late]);
    } catch (error) {
      // PostgreSQL's own messages can quote values; its code says enough.
      const { code, message } = error as { code?: unknown; message?: unknown };
      this.log.error({ cause: code ?? message }, 'the database does not take leads in');
      throw databaseUnavailable();
    } finally {
      clearTimeout(timer);
    }
  }
}
