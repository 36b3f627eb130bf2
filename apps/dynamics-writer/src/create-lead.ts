/** Creates in Dataverse: one lead, or many in one request, each with an answer of its own. */
import { randomUUID } from 'node:crypto';
import type { Outbound, OutboundAnswer } from '@leads/service';
import { readBatch, writeBatch } from './batch-body.ts';
import { classifyAnswer } from './classify-failure.ts';
import type { LeadRecord } from './map-lead.ts';
import { type Answer, networkCode, readError, readHints, retryAfterMs } from './read-answer.ts';

/** Where creates go, and with what right. */
export interface Destination {
  http: Outbound;
  /** The organisation's origin. */
  organization: string;
  accessToken: string;
}

/** How a backlog leaves: not at all in bulk, as a `$batch`, or through CreateMultiple with `$batch` for what fails. */
export type BulkWay = 'off' | 'batch' | 'create-multiple';

const LEADS = '/api/data/v9.2/leads';

/** Headers that Microsoft asks every Web API client to send (Dataverse developer guide, "Compose HTTP requests"). */
const HEADERS = {
  accept: 'application/json',
  'odata-version': '4.0',
  'odata-maxversion': '4.0',
};
const JSON_BODY = { 'content-type': 'application/json; charset=utf-8' };

/** Posts a lead record; whatever comes back, or does not, is an answer and never an exception. */
export async function createLead(destination: Destination, record: LeadRecord): Promise<Answer> {
  const { answer } = await post(destination, LEADS, JSON_BODY, JSON.stringify(record));
  return answer;
}

/**
 * Posts many records in one request.
 * @returns an answer for each record, in order; where the request as a whole failed, they are all the same
 */
export async function createLeads(
  destination: Destination,
  records: readonly LeadRecord[],
  way: 'batch' | 'create-multiple',
): Promise<Answer[]> {
  if (way === 'batch') return createInBatch(destination, records);
  const answer = await createMultiple(destination, records);
  if (isSuccess(answer)) return records.map(() => answer);
  // All or nothing: one bad row, or one that is there already, fails the rest. A batch finds out which.
  const { kind } = classifyAnswer(answer, 0);
  if (kind === 'lead-refused' || kind === 'written') return createInBatch(destination, records);
  return records.map(() => answer);
}

async function createMultiple(destination: Destination, records: readonly LeadRecord[]): Promise<Answer> {
  const targets = records.map((record) => ({ '@odata.type': 'Microsoft.Dynamics.CRM.lead', ...record }));
  const path = `${LEADS}/Microsoft.Dynamics.CRM.CreateMultiple`;
  const { answer } = await post(destination, path, JSON_BODY, JSON.stringify({ Targets: targets }));
  return answer;
}

async function createInBatch(destination: Destination, records: readonly LeadRecord[]): Promise<Answer[]> {
  const boundary = `batch_${randomUUID()}`;
  const headers = {
    'content-type': `multipart/mixed; boundary=${boundary}`,
    // Else the first bad row would end the batch, and those behind it would have to be sent again.
    prefer: 'odata.continue-on-error',
  };
  const body = writeBatch(boundary, LEADS, records);
  const { answer, raw } = await post(destination, '/api/data/v9.2/$batch', headers, body);
  if (!raw || !isSuccess(answer)) return records.map(() => answer);
  const parts = readBatch(raw.headers['content-type'] ?? '', raw.body);
  return records.map((_, index) => {
    const part = parts[index];
    return part ? readAnswer(part) : { kind: 'unreachable', code: 'BATCH_ANSWER_CUT_OFF' };
  });
}

async function post(
  { http, organization, accessToken }: Destination,
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ answer: Answer; raw?: OutboundAnswer }> {
  try {
    const raw = await http.send({
      url: organization + path,
      method: 'POST',
      headers: { ...HEADERS, ...headers, authorization: `Bearer ${accessToken}` },
      body,
    });
    return { answer: readAnswer(raw), raw };
  } catch (error) {
    return { answer: { kind: 'unreachable', code: networkCode(error) } };
  }
}

function readAnswer(answer: OutboundAnswer): Answer {
  return {
    kind: 'answered',
    status: answer.status,
    ...readError(answer.body),
    retryAfterMs: retryAfterMs(answer.headers['retry-after'], Date.now()),
    hints: readHints(answer.headers),
  };
}

function isSuccess(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}
