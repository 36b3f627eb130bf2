/** Dynamics 365 as a destination: a token ▸ what is known of the organisation ▸ a record ▸ a create ▸ what was answered. */
import { Inject, Injectable } from '@nestjs/common';
import {
  isForAnotherPartner,
  KEPT_IN_LEDGER,
  type MappingPreview,
  type MappingPreviewRequest,
  type Reason,
} from '@leads/contracts';
import type {
  Connection,
  Delivery,
  Destination,
  Identity,
  Lane,
  Limits,
  Outdated,
  Reading,
  Prepared,
  Sender,
  Session,
  ValidationSteps,
} from '@leads/delivery';
import { LOG, type Logger, Outbound, proxyOf, SETTINGS } from '@leads/service';
import { Kysely } from 'kysely';
import type { Settings } from './config.ts';
import { together } from './dynamics/ask-together.ts';
import { createLeads, Incapable } from './dynamics/create-lead.ts';
import { judgeAnswer, judgeRefusedToken } from './dynamics/judge-answer.ts';
import { paced } from './dynamics/keep-pace.ts';
import { lookUpLeads } from './dynamics/look-up-leads.ts';
import { type Answer, DOCUMENTED, type WebApi } from './dynamics/web-api.ts';
import { blamedIn, type Said } from './mapping/blamed-in.ts';
import { mapForConnection } from './mapping/apply-mapping.ts';
import type { LeadRecord } from './mapping/map-lead.ts';
import { type Expected, EXPECTED_VERSION } from './organization/judge-organization.ts';
import { KnownOrganization } from './organization/read-organization.ts';
import { Readings } from './organization/readings.ts';
import { withoutTranslations } from './organization/without-translations.ts';
import { previewMapping } from './preview/preview-mapping.ts';
import type { WriterTables } from './tables.ts';
import { type RefusedToken, Tokens } from './tokens/tokens.ts';
import { validateConnection } from './validation/validate-connection.ts';

/** A create that has not been answered by then counts as unclear, in milliseconds; Dynamics itself stops at 2 minutes. */
const CREATE_TIMEOUT_MS = 120_000;

/** How long one question of a Validate may take, in milliseconds: a person waits for it. */
const VALIDATE_TIMEOUT_MS = 15_000;

/** How long one question about an organisation may take, in milliseconds: even the largest lead tables come in less, and leads go on meanwhile. */
const QUESTION_TIMEOUT_MS = 30_000;

/** How long a question waits for its turn, in milliseconds. */
const QUESTION_PATIENCE_MS = 20_000;

/** Connections beside those that leads need: for questions, and to feel the way where all others hang. */
const SPARE_CONNECTIONS = 8;

const MIB = 1024 * 1024;

/** The most that an organisation may say of its lead table, in bytes: it is read as it comes, and little of it is kept. */
const MOST_DESCRIBED = 64 * MIB;

/** The most leads in one request, where a backlog leaves in bulk. */
const BULK_ROWS = 100;

/** What sessions and Validates are made of. */
interface Parts {
  database: Kysely<WriterTables>;
  tokens: Tokens;
  settings: Settings;
  expected: Expected;
  readings: Readings;
  incapable: Incapable;
  log: Logger;
}

@Injectable()
export class DynamicsDestination implements Destination<LeadRecord, Answer> {
  readonly name = 'Dynamics';
  readonly steps = { sum: 'dynamics', unmade: 'dynamics-writer' };
  readonly mostInFlight: number;
  readonly mostInRequest: number;
  readonly firstAtATime = 2;
  readonly usualLimit = { requests: DOCUMENTED.requests, windowMs: DOCUMENTED.windowMs };
  private readonly parts: Parts;
  private readonly http: Outbound;

  constructor(
    database: Kysely<WriterTables>,
    tokens: Tokens,
    @Inject(SETTINGS) settings: Settings,
    @Inject(LOG) log: Logger,
  ) {
    this.mostInFlight = settings.LANE_CONCURRENCY;
    this.mostInRequest = settings.BULK === 'off' ? 1 : BULK_ROWS;
    const expected = { solution: settings.LEAD_WRITER_SOLUTION, version: EXPECTED_VERSION };
    const readings = new Readings({ database, expected, log });
    this.parts = { database, tokens, settings, expected, readings, incapable: new Incapable(), log };
    this.http = new Outbound({
      resolver: settings.MICROSOFT_RESOLVER,
      proxy: proxyOf(settings),
      connections: 8,
      timeoutMs: VALIDATE_TIMEOUT_MS,
      maxBodyBytes: MOST_DESCRIBED,
    });
  }

  lifted(identity: Identity, at: Date): void {
    this.parts.incapable.forget(identity.url);
    this.parts.readings.lifted(identity, at);
  }

  withheld({ accepted: { lead } }: Delivery, { otherPartnerLeads }: Lane): Reason | undefined {
    return otherPartnerLeads === 'not-written' && isForAnotherPartner(lead) ? NOT_WRITTEN : undefined;
  }

  open(lane: Lane): Session<LeadRecord, Answer> {
    return openSession(lane, this.parts);
  }

  /** Dataverse counts by organisation and by who calls it; who is not known yet may be anybody. */
  sharedBy({ url, identityHash }: Identity): string {
    return `${url} ${identityHash ?? ''}`;
  }

  validate(connection: Connection, steps: ValidationSteps, limits: Limits): Promise<void> {
    const { tokens, expected } = this.parts;
    const http = paced(describing(this.http), limits, QUESTION_PATIENCE_MS);
    return validateConnection(connection, steps, { tokens, expected, http });
  }

  /**
   * Tries a mapping on a lead; nothing is written.
   * @param limitsOf what each question keeps to
   * @returns `undefined` where the connection was deleted
   */
  preview(
    connectionId: string,
    request: MappingPreviewRequest,
    limitsOf: (identity: Identity) => Limits,
  ): Promise<MappingPreview | undefined> {
    const { database, tokens, readings, incapable } = this.parts;
    const questions = describing(this.http);
    return previewMapping(connectionId, request, {
      ...{ database, tokens, readings },
      http: (connection) => together(paced(questions, limitsOf(connection), QUESTION_PATIENCE_MS), incapable),
    });
  }
}

/** Answers about an organisation are read without their translations, however large they are. */
function describing(http: Outbound): Pick<Outbound, 'send'> {
  return { send: (request) => http.send({ ...request, read: withoutTranslations }) };
}

function openSession(lane: Lane, parts: Parts): Session<LeadRecord, Answer> {
  const { database, tokens, settings, readings, incapable, log } = parts;
  const http = new Outbound({
    resolver: settings.MICROSOFT_RESOLVER,
    proxy: proxyOf(settings),
    connections: settings.LANE_CONCURRENCY + SPARE_CONNECTIONS,
    timeoutMs: CREATE_TIMEOUT_MS,
    maxBodyBytes: MIB,
  });
  const { limits } = lane.pace;
  const questions = new Outbound({
    resolver: settings.MICROSOFT_RESOLVER,
    proxy: proxyOf(settings),
    connections: 2,
    timeoutMs: QUESTION_TIMEOUT_MS,
    maxBodyBytes: MOST_DESCRIBED,
  });
  const asking = together(paced(describing(questions), limits, QUESTION_PATIENCE_MS), incapable);
  const organization = new KnownOrganization(lane, { database, http: asking, readings, log });
  return {
    prepare: async () => {
      const token = await tokens.tokenFor(lane);
      if (token.kind === 'refused') return without(token.reason);
      const { accessToken } = token;
      await organization.recall(accessToken);
      const webApi = { http, organization: token.organization, accessToken };
      return { kind: 'ready', sender: senderTo(webApi, lane, organization, parts) };
    },
    abort: () => {
      http.abort();
      questions.abort();
    },
    close: async () => {
      await organization.idle();
      await Promise.all([http.close(), questions.close()]);
    },
  };
}

/** There is no token. What passes is asked for again as soon as the credentials service says, and is no trouble of the lane. */
function without(reason: RefusedToken): Prepared<LeadRecord, Answer> {
  const reading = judgeRefusedToken(reason);
  const againMs = reason.askAgainAfterMs;
  return reading.kind === 'away' && againMs !== undefined
    ? { kind: 'not-yet', againMs, reason: reading.reason }
    : { kind: 'not-ready', reading };
}

/** Sends leads that are all fitted to the same lead table, in the name of one token. */
function senderTo(
  webApi: WebApi,
  lane: Lane,
  organization: KnownOrganization,
  { tokens, settings, incapable }: Parts,
): Sender<LeadRecord, Answer> {
  const { table, wasRefused } = organization;
  const { mapping } = lane;
  const recordOf = ({ accepted }: Delivery): LeadRecord => {
    const { leadId, lead, acceptedAt, receivedAt = acceptedAt } = accepted;
    const hasFlags = lane.otherPartnerLeads === 'written-with-flags';
    return mapForConnection(leadId, lead, { mapping, table, requestedAt: receivedAt, wasRefused, hasFlags })
      .record;
  };
  /** What is under way: the records, and when they were sent, by lead. */
  const sent = new Map<string, { record: LeadRecord; sentAt: number }>();
  const cutOffBy = (signal: AbortSignal): WebApi => ({
    ...webApi,
    http: { send: (request) => webApi.http.send({ ...request, signal }) },
  });
  return {
    map: recordOf,
    send: (records, way, cut) => {
      for (const record of records) sent.set(record.leadid, { record, sentAt: Date.now() });
      const wanted = way === 'apart' && settings.BULK !== 'off' ? 'batch' : settings.BULK;
      return createLeads(cutOffBy(cut), records, wanted, incapable);
    },
    look: (leadIds, cut) => lookUpLeads(cutOffBy(cut), leadIds, incapable),
    judge: (answer, delivery) => {
      const { leadId } = delivery.accepted;
      // A token can go stale: the first refusal makes a new one be fetched, a refusal of that one counts.
      const isUnauthorized = answer.kind === 'answered' && answer.status === 401;
      if (isUnauthorized && tokens.discard(lane, webApi.accessToken)) return STALE_TOKEN;
      const reading = judgeAnswer(answer, leadId, webApi.organization);
      const { record = recordOf(delivery) } = sent.get(leadId) ?? {};
      if (reading.kind === 'written') organization.taken(record);
      if (reading.kind !== 'refused' || reading.suspect === 'nobody') return reading;
      // What speaks of a column or a lookup of this record is no matter of the connection, whatever its code.
      const said = saidIn(answer);
      const isOfRecord = said !== undefined && blamedIn(record, said).length > 0;
      return isOfRecord ? { ...reading, suspect: 'lead', isDoubtful: true } : reading;
    },
    reconsider: (doubted) =>
      Promise.all(
        doubted.map(async ({ delivery, reading }): Promise<Reading> => {
          const { record = recordOf(delivery), sentAt = 0 } = sent.get(delivery.accepted.leadId) ?? {};
          const said = { code: String(reading.said?.['code'] ?? ''), text: reading.reason.what };
          const refused = { record, said, fittedTo: table, sentAt };
          const next = await organization.reconsider(refused, webApi.accessToken);
          switch (next.kind) {
            case 'fit-anew':
              return REFITTED;
            case 'leave-out':
              return {
                ...LEFT_OUT,
                reason: { ...LEFT_OUT.reason, what: `${LEFT_OUT.reason.what} ${reading.reason.what}` },
              };
            case 'later':
              return { ...READ_LATER, againMs: next.afterMs };
            case 'refused':
              return reading;
          }
        }),
      ),
  };
}

/** What an answer said, where anybody answered. */
function saidIn(answer: Answer): Said | undefined {
  return answer.kind === 'answered' ? { code: answer.code, text: answer.message } : undefined;
}

/** The lead table has changed since the lead was fitted to it: one more try, and the lead is dead if that fails too. */
const REFITTED: Outdated = {
  kind: 'outdated',
  reason: {
    cause: 'lead-table-changed',
    what: 'Dynamics refused the lead for one of its columns: the lead table was changed since it was last read.',
    remedy: 'Nothing need be done: the lead is fitted to the table as it is now, and sent again.',
  },
};

/** What the refusal named is left out from here on. */
const LEFT_OUT: Outdated = {
  kind: 'outdated',
  reason: {
    cause: 'left-out',
    what: 'Dynamics refused a column or lookup that the lead can do without.',
    remedy: 'Nothing need be done for this lead: it is sent again without it.',
  },
};

/** The lead table was read a short while ago, but before the lead was sent. */
const READ_LATER: Outdated = {
  kind: 'outdated',
  reason: {
    cause: 'lead-table-changed',
    what: 'Dynamics refused the lead for one of its columns: the lead table may have been changed again.',
    remedy:
      'Nothing need be done: the table is read anew in a moment, and the lead is fitted to it and sent again.',
  },
};

const NOT_WRITTEN: Reason = {
  cause: KEPT_IN_LEDGER,
  what: 'The customer asked another partner, and the connection keeps such leads here alone.',
  remedy:
    'Nothing need be done. To have it written all the same, change that in the connection details and replay it.',
};

const STALE_TOKEN: Outdated = {
  kind: 'outdated',
  reason: {
    cause: 'token-stale',
    what: 'Dynamics did not take the access token any more.',
    remedy: 'Nothing need be done: the lead is sent again with a new one.',
  },
};
