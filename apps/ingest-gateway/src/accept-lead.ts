/** The gateway's walk: a posted lead becomes a committed row and an event, and only then is it accepted. */
import { randomUUID } from 'node:crypto';
import { All, Controller, HttpCode, Inject, Param, Res } from '@nestjs/common';
import {
  type FoundLead,
  isMarketplaceTest,
  MAX_LEAD_BYTES,
  type NotUnderstood,
  present,
} from '@leads/contracts';
import { causeOf, DatabaseClock, isOfTheData, OutboxRelay } from '@leads/database';
import { HOUR_MS, SECOND_MS } from '@leads/pacing';
import { AnswersByMethod, LOG, type Logger, ProblemError, SETTINGS, traceIdOf } from '@leads/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Kysely } from 'kysely';
import { type Acceptance, acceptanceOf, ADDRESS_OPERATIONS, AddressKey } from './address-answers.ts';
import { ADDRESS_PAGE, PAGE_HEADERS } from './address-page.ts';
import { Commits } from './commits.ts';
import type { Settings } from './config.ts';
import { WatchFields } from './drift/watch-fields.ts';
import { addressKeyHash, givenKeyIn, identityOf } from './fingerprint.ts';
import { IntakeGate } from './intake-gate.ts';
import { KnownAddresses } from './known-addresses.ts';
import { Unread, type UnreadRequest } from './lead-body.ts';
import { keepPost } from './kept/keep-post.ts';
import type { Accepted, KnownConnection, Posted as AskedLead } from './lead-store.ts';
import { originalOf } from './original.ts';
import { PostRates } from './post-rates.ts';
import { readPost } from './read-post.ts';
import {
  databaseUnavailable,
  nothingPosted,
  notUnderstood,
  otherMethod,
  REST_IS_KEPT,
  REST_IS_NOT_KEPT,
  tooLarge,
  unknownAddress,
} from './refusals.ts';
import type { GatewayTables } from './tables.ts';

/** What was posted, to an address that is known. */
interface Posted {
  connectionId: string;
  receivedAt: Date;
  body: Buffer;
  contentType: string | undefined;
  contentEncoding: string | undefined;
  /** What the sender itself calls the post by. */
  givenKey: string | undefined;
  /** How long the same content again is the same lead, in milliseconds. */
  windowMs: number;
  traceId: string | undefined;
}

/** What is logged of a post, gathered on the way: neither the address key nor anything of the customer. */
interface LogLine {
  traceId?: string;
  connectionId?: string;
  leadId?: string;
  duplicate?: boolean;
  bytes?: number;
  /** How many leads came, where there were several. */
  leads?: number;
}

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
    private readonly gate: IntakeGate,
    private readonly rates: PostRates,
    private readonly fields: WatchFields,
  ) {}

  /** Any method comes here: POST brings leads, GET and HEAD look whether the address works, others are answered 405. */
  @All('leads/:addressKey')
  @HttpCode(202)
  @AnswersByMethod(ADDRESS_OPERATIONS)
  async receive(
    @Param('addressKey', { schema: AddressKey }) addressKey: string,
    @Unread() request: UnreadRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Acceptance | string> {
    const began = performance.now();
    const traceId = traceIdOf(request.raw);
    const line: LogLine = present({ traceId });
    const ms = (): number => Math.round((performance.now() - began) * 10) / 10;
    try {
      if (request.method === 'GET' || request.method === 'HEAD') {
        await this.connectionAt(addressKey, request.raw, this.clock.date());
        reply.status(200).headers(PAGE_HEADERS);
        return ADDRESS_PAGE;
      }
      const acceptance = await this.acceptLead(addressKey, request, line);
      this.log.info({ ...line, ms: ms() }, 'lead accepted');
      return { ...acceptance, ...present({ traceId }) };
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

    const { connectionId, repeatHours } = await this.connectionAt(addressKey, request.raw, receivedAt);
    line.connectionId = connectionId;
    await this.rates.posts(request.raw);

    const body = await request.readBody(MAX_LEAD_BYTES);
    line.bytes = body.length;
    const { 'content-type': contentType, 'content-encoding': contentEncoding } = request.headers;
    const posted: Posted = {
      connectionId,
      receivedAt,
      body,
      contentType,
      contentEncoding,
      givenKey: givenKeyIn(request.headers),
      windowMs:
        repeatHours === null ? this.settings.DEDUPE_WINDOW_SECONDS * SECOND_MS : repeatHours * HOUR_MS,
      traceId: line.traceId,
    };
    const read = readPost(body, posted);
    switch (read.kind) {
      case 'empty':
        throw nothingPosted();
      case 'too-large':
        throw tooLarge();
      case 'leads': {
        const { leads, text, value, isWhole } = read;
        const asked = leads.map((found, place) =>
          this.asked(posted, found, originalOf(body, text, found, leads.length), place),
        );
        const accepted = (await this.answered(this.committed(posted, asked))).map(acceptanceOf);
        this.relay.wake();
        this.fields.saw({ connectionId, value, at: receivedAt });
        const [first] = accepted as [Acceptance];
        Object.assign(line, { duplicate: false, ...first });
        if (accepted.length > 1) line.leads = accepted.length;
        return {
          ...first,
          ...(accepted.length > 1 && { leads: accepted }),
          ...(!isWhole && { notUnderstood: await this.keepRest(posted, accepted) }),
        };
      }
      default:
        throw await this.putAside(posted, read.kind);
    }
  }

  /** @throws a refusal that says it is kept where the database takes none of its leads, however often they come */
  private async committed(posted: Posted, asked: AskedLead[]): Promise<Accepted[]> {
    try {
      return await this.commits.accept(asked);
    } catch (error) {
      if (!isOfTheData(error)) throw error;
      this.log.error({ cause: causeOf(error) }, 'a lead cannot be stored: its post is put aside');
      throw await this.putAside(posted, 'not-storable');
    }
  }

  /** Keeps a body of which nothing became a lead; what its sender is answered. */
  private async putAside(posted: Posted, why: NotUnderstood): Promise<ProblemError> {
    const { isKept } = await this.keep(posted, why);
    this.relay.wake();
    return notUnderstood(why, isKept);
  }

  /** @throws a refusal where nobody has the address, which is another one where its source has guessed too often */
  private async connectionAt(
    addressKey: string,
    request: FastifyRequest,
    now: Date,
  ): Promise<KnownConnection> {
    const found = await this.answered(this.addresses.find(addressKeyHash(addressKey), now));
    if (found) return found;
    await this.rates.guessedWrong(request);
    throw unknownAddress();
  }

  private asked(
    { connectionId, receivedAt, givenKey, windowMs, traceId }: Posted,
    { lead }: FoundLead,
    original: ReturnType<typeof originalOf>,
    place: number,
  ): AskedLead {
    return {
      lead: {
        leadId: randomUUID(),
        connectionId,
        receivedAt: receivedAt.toISOString(),
        acceptedAt: this.clock.date().toISOString(),
        isTest: isMarketplaceTest(lead),
        lead,
        ...original,
        ...present({ traceId }),
      },
      ...identityOf(
        { connectionId, lead },
        givenKey === undefined ? undefined : { key: givenKey, place },
        windowMs,
      ),
    };
  }

  /** Keeps a body of which some became leads, for the rest of it. Those are committed: their sender is told so whatever happens. */
  private async keepRest(
    posted: Posted,
    accepted: readonly Acceptance[],
  ): Promise<Acceptance['notUnderstood']> {
    const acceptedIds = [...new Set(accepted.map(({ leadId }) => leadId))];
    const { isKept } = await this.keep(posted, 'no-lead', acceptedIds).catch((error: unknown) => {
      // What is the database's fault has been logged where it was asked.
      if (!(error instanceof ProblemError))
        this.log.error({ cause: causeOf(error) }, 'the rest of a post was not kept');
      return { isKept: false };
    });
    return { kept: isKept, detail: isKept ? REST_IS_KEPT : REST_IS_NOT_KEPT };
  }

  private keep(
    posted: Posted,
    why: NotUnderstood,
    acceptedIds: readonly string[] = [],
  ): Promise<{ isKept: boolean }> {
    const { QUARANTINE_BODIES_PER_HOUR: bodies, QUARANTINE_BYTES_PER_HOUR: bytes } = this.settings;
    const keeping = this.gate.ask(() =>
      keepPost(this.database, { ...posted, why, acceptedIds }, { bodies, bytes }),
    );
    return this.answered(keeping);
  }

  /** What the database says, or a refusal where that is none: a lead that is not committed is never accepted. */
  private async answered<Answer>(question: Promise<Answer>): Promise<Answer> {
    try {
      return await question;
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      this.log.error({ cause: causeOf(error) }, 'the database does not take a lead in');
      throw databaseUnavailable();
    }
  }
}
