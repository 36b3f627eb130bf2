/** Looks whether the records of leads are there, by their ids: what nobody's answer to a create makes certain. */
import { randomUUID } from 'node:crypto';
import type { Look, WrittenRecord } from '@leads/delivery';
import { readBatch, writeQuestions } from './batch-body.ts';
import { type Incapable, isMissing } from './create-lead.ts';
import { judgeAnswer } from './judge-answer.ts';
import {
  type Answer,
  callWebApi,
  isLast,
  isSuccess,
  parseObject,
  readAnswer,
  ROOT,
  type WebApi,
} from './web-api.ts';

/** Of one record, as Dataverse itself says. */
type Seen = 'there' | 'missing' | 'forbidden' | { failed: Answer };

/** Looks in one request, unless the organization takes no batches. */
export async function lookUpLeads(
  webApi: WebApi,
  leadIds: readonly string[],
  incapable: Incapable,
): Promise<Look> {
  const { organization } = webApi;
  const isInOne = leadIds.length > 1 && incapable.bestWay(organization, 'batch', Date.now()) === 'batch';
  const answers = isInOne ? await askInBatch(webApi, leadIds, incapable) : await askOneByOne(webApi, leadIds);
  const there = new Map<string, WrittenRecord>();
  let forbidden = 0;
  for (const [index, leadId] of leadIds.entries()) {
    const seen = seenIn(answers[index] ?? CUT_OFF, leadId);
    if (seen === 'there') there.set(leadId, { crmId: leadId, organization });
    else if (seen === 'forbidden') forbidden += 1;
    else if (seen !== 'missing') return failed(seen.failed, leadId, organization);
  }
  return forbidden > 0 ? { kind: 'forbidden' } : { kind: 'seen', there };
}

const CUT_OFF: { answer: Answer; body: string } = {
  answer: { kind: 'unreachable', code: 'BATCH_ANSWER_CUT_OFF' },
  body: '',
};

function question(leadId: string): string {
  return `leads(${leadId})?$select=leadid`;
}

async function askOneByOne(webApi: WebApi, leadIds: readonly string[]): Promise<(typeof CUT_OFF)[]> {
  const answers: (typeof CUT_OFF)[] = [];
  for (const leadId of leadIds) {
    const { answer, raw } = await callWebApi(webApi, question(leadId));
    answers.push({ answer, body: raw?.body ?? '' });
    if (isLast(answer)) break;
  }
  return answers;
}

async function askInBatch(
  webApi: WebApi,
  leadIds: readonly string[],
  incapable: Incapable,
): Promise<(typeof CUT_OFF)[]> {
  const boundary = `batch_${randomUUID()}`;
  const paths = leadIds.map((leadId) => ROOT + question(leadId));
  const { answer, raw } = await callWebApi(webApi, '$batch', writeQuestions(boundary, paths), {
    'content-type': `multipart/mixed; boundary=${boundary}`,
    prefer: 'odata.continue-on-error',
  });
  if (isMissing(answer, 'batch')) {
    incapable.add(webApi.organization, 'batch', Date.now());
    return askOneByOne(webApi, leadIds);
  }
  if (!raw || !isSuccess(answer)) return leadIds.map(() => ({ answer, body: '' }));
  const parts = readBatch(raw.headers['content-type'] ?? '', raw.body);
  // A page with 200 is somebody else's word, and says so.
  if (parts.length === 0) return leadIds.map(() => ({ answer, body: '' }));
  return parts.map((part) => ({ answer: readAnswer(part), body: part.body }));
}

function seenIn({ answer, body }: typeof CUT_OFF, leadId: string): Seen {
  if (answer.kind !== 'answered') return { failed: answer };
  const { status, code, message } = answer;
  if (status === 200) {
    const { leadid } = parseObject(body);
    return typeof leadid === 'string' && leadid.toLowerCase() === leadId ? 'there' : { failed: answer };
  }
  if (status === 404 && MISSING.has(code.toLowerCase())) return 'missing';
  if (status !== 403 || !UNREADABLE.has(code.toLowerCase())) return { failed: answer };
  // Named by its id, the record exists and is kept from this user: a workflow gave it to somebody else.
  return RECORD_KEPT.test(message) && message.toLowerCase().includes(leadId) ? 'there' : 'forbidden';
}

/** No record has this id, or this key. */
const MISSING = new Set(['0x80040217', '0x80060891', '0x80060892']);
/** A privilege to read is missing. */
const UNREADABLE = new Set(['0x80040220', '0x80048306', '0x80048405', '0x80040231']);
const RECORD_KEPT = /rights?\b.{0,40}\bfor record with id/i;

function failed(answer: Answer, leadId: string, organization: string): Look {
  const reading = judgeAnswer(answer, leadId, organization);
  switch (reading.kind) {
    case 'written':
    case 'unclear':
      return { kind: 'failed', reading: { kind: 'away', reason: reasonOf(reading) } };
    default:
      return { kind: 'failed', reading };
  }
}

function reasonOf(reading: ReturnType<typeof judgeAnswer>): { cause: string; what: string; remedy: string } {
  return reading.kind === 'written' ? NOT_LOOKED_UP : reading.reason;
}

const NOT_LOOKED_UP = {
  cause: 'not-looked-up',
  what: 'Whether the record is there could not be seen.',
  remedy: 'Nothing is lost and nothing need be done: it is looked up again by itself.',
};
