/** Creates in Dataverse: one lead, or many in one request, by whatever way the organization has. */
import { randomUUID } from 'node:crypto';
import type { Sent } from '@leads/delivery';
import { DAY_MS } from '@leads/pacing';
import type { LeadRecord } from '../mapping/map-lead.ts';
import { readBatch, writeBatch } from './batch-body.ts';
import {
  type Answer,
  callWebApi,
  CRM,
  isLast,
  isSuccess,
  parseObject,
  readAnswer,
  ROOT,
  type WebApi,
} from './web-api.ts';

/** How a backlog leaves: not at all in bulk, as a `$batch`, or through CreateMultiple with `$batch` for what fails. */
export type BulkWay = 'off' | 'batch' | 'create-multiple';

/** After so long an organization may have learned what it could not do before, in milliseconds. */
const FORGET_MS = DAY_MS;

/** What organizations cannot do, for as long as this process lives, nobody lifts it, and a day at most. */
export class Incapable {
  private readonly since = new Map<string, number>();

  /** The best way in bulk that an organization has. @param wanted the best that is asked for */
  bestWay(organization: string, wanted: BulkWay, now: number): BulkWay {
    if (wanted === 'create-multiple' && this.has(organization, wanted, now))
      return this.bestWay(organization, 'batch', now);
    return wanted === 'batch' && this.has(organization, wanted, now) ? 'off' : wanted;
  }

  /** Whether questions may go together. */
  asksTogether(organization: string, now: number): boolean {
    return this.bestWay(organization, 'batch', now) === 'batch' && !this.has(organization, 'questions', now);
  }

  add(organization: string, way: BulkWay | 'questions', now: number): void {
    this.since.set(`${way} ${organization}`, now);
  }

  /** It may have learned since. */
  forget(organization: string): void {
    for (const way of ['batch', 'create-multiple', 'questions']) this.since.delete(`${way} ${organization}`);
  }

  private has(organization: string, way: BulkWay | 'questions', now: number): boolean {
    return (this.since.get(`${way} ${organization}`) ?? -Infinity) > now - FORGET_MS;
  }
}

/**
 * Posts lead records in one request; CreateMultiple takes all of them or none, a batch each by itself. Where the
 * organization has no such way that is remembered, and the next is taken.
 * @param wanted the best way that is asked for
 */
export async function createLeads(
  webApi: WebApi,
  records: readonly LeadRecord[],
  wanted: BulkWay,
  incapable: Incapable,
): Promise<Sent<Answer>> {
  const { organization } = webApi;
  const way = records.length === 1 ? 'off' : incapable.bestWay(organization, wanted, Date.now());
  if (way === 'off') return sent(await createOneByOne(webApi, records), false);
  const bulk = way === 'batch' ? await createInBatch(webApi, records) : await createMultiple(webApi, records);
  if (!isMissing(bulk.answers[0], way)) return bulk;
  incapable.add(organization, way, Date.now());
  return createLeads(webApi, records, wanted, incapable);
}

/** An organization that is switched off answers so whatever is asked, with 404 among others. */
const DISABLED = '0x8004a104';

/** Whether an answer says that the organization has no such way. */
export function isMissing(answer: Answer | undefined, way: Exclude<BulkWay, 'off'>): boolean {
  if (answer?.kind !== 'answered') return false;
  const { status, code, message } = answer;
  if (status === 405 || status === 415 || status === 501) return true;
  if (way === 'batch') return status === 404 && code.toLowerCase() !== DISABLED;
  return (status === 404 && code !== '') || (status === 400 && /CreateMultiple/i.test(message));
}

/** Each by itself, until an answer is the last: what is behind it was not sent. */
async function createOneByOne(webApi: WebApi, records: readonly LeadRecord[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const record of records) {
    const last = answers.at(-1);
    answers.push(isLast(last) ? last : (await callWebApi(webApi, 'leads', JSON.stringify(record))).answer);
  }
  return answers;
}

async function createMultiple(webApi: WebApi, records: readonly LeadRecord[]): Promise<Sent<Answer>> {
  const Targets = records.map((target) => ({ '@odata.type': `${CRM}.lead`, ...target }));
  const resource = `leads/${CRM}.CreateMultiple`;
  const { answer, raw } = await callWebApi(webApi, resource, JSON.stringify({ Targets }));
  if (!raw || answer.kind !== 'answered' || answer.status !== 200) return sent([answer], true);
  const { Ids } = parseObject(raw.body);
  const ids: unknown[] = Array.isArray(Ids) ? Ids : [];
  return sent(
    records.map((_, index) => {
      const id = ids[index];
      return typeof id === 'string' ? { ...answer, madeId: id.toLowerCase() } : answer;
    }),
    false,
  );
}

async function createInBatch(webApi: WebApi, records: readonly LeadRecord[]): Promise<Sent<Answer>> {
  const boundary = `batch_${randomUUID()}`;
  const { answer, raw } = await callWebApi(webApi, '$batch', writeBatch(boundary, `${ROOT}leads`, records), {
    'content-type': `multipart/mixed; boundary=${boundary}`,
    // Else the first bad row would end the batch, and those behind it would have to be sent again.
    prefer: 'odata.continue-on-error',
  });
  if (!raw || !isSuccess(answer)) return sent([answer], true);
  const parts = readBatch(raw.headers['content-type'] ?? '', raw.body);
  // A page with 200 is nobody's word on any of them.
  if (parts.length === 0) return sent([answer], true);
  return sent(
    records.map((_, index): Answer => {
      const part = parts[index];
      return part ? readAnswer(part) : { kind: 'unreachable', code: 'BATCH_ANSWER_CUT_OFF' };
    }),
    false,
  );
}

function sent(answers: Answer[], isWhole: boolean): Sent<Answer> {
  const last = answers.at(-1);
  return { answers, isWhole, ...(last?.kind === 'answered' ? { capacity: last.capacity ?? {} } : {}) };
}
