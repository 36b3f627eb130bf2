/** Questions that are asked at once go in one `$batch`: each request counts towards the organization's limit, what is in it does not. */
import { randomUUID } from 'node:crypto';
import { own } from '@leads/contracts';
import type { Outbound, OutboundAnswer, OutboundRequest } from '@leads/service';
import { type BatchPart, readBatch, writeQuestions } from './batch-body.ts';
import { type Incapable, isMissing } from './create-lead.ts';
import { type Answer, isSuccess, networkCode, readAnswer, ROOT } from './web-api.ts';

type Http = Pick<Outbound, 'send'>;

/** A question that waits for those that are asked with it. */
interface Question {
  request: OutboundRequest;
  answer: (answered: OutboundAnswer | Promise<OutboundAnswer>) => void;
}

/** As undici names what says that many answers in one are too much: too large, or too long in coming. */
const TOO_MUCH = new Set([
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/**
 * Has GETs of the same turn go in one request, and answers each by itself. Where the organization does not take that, it
 * is remembered, and they are asked one by one.
 */
export function together(http: Http, incapable: Incapable): Http {
  let gathered: Question[] = [];
  const ask = (): void => {
    const questions = gathered;
    gathered = [];
    for (const alike of groups(questions))
      askAlike(http, incapable, alike).catch((error: unknown) => {
        const failure = error instanceof Error ? error : new Error(String(error));
        for (const { answer } of alike) answer(Promise.reject(failure));
      });
  };
  return {
    send: (request) =>
      new Promise((answer) => {
        if (gathered.length === 0) setImmediate(ask);
        gathered.push({ request, answer });
      }),
  };
}

/** Those to the same organization in the same name. */
function groups(questions: readonly Question[]): Question[][] {
  const found = new Map<string, Question[]>();
  for (const question of questions) {
    const { url, headers } = question.request;
    const key = `${new URL(url).origin} ${own(headers, 'authorization') ?? ''}`;
    found.set(key, [...(found.get(key) ?? []), question]);
  }
  return [...found.values()];
}

async function askAlike(http: Http, incapable: Incapable, questions: Question[]): Promise<void> {
  const [first] = questions;
  if (!first) return;
  const organization = new URL(first.request.url).origin;
  const asked =
    questions.length > 1 && incapable.asksTogether(organization, Date.now())
      ? await inOne(http, organization, questions).catch((error: unknown) => error as Error)
      : 'apart';
  const way = asked === 'apart' ? undefined : whyApart(asked);
  if (way) incapable.add(organization, way, Date.now());
  for (const [index, { request, answer }] of questions.entries()) {
    if (asked === 'apart' || way) answer(http.send(request));
    else answer(asked instanceof Error ? Promise.reject(asked) : partOf(asked, index));
  }
}

interface Asked {
  whole: OutboundAnswer;
  /** Absent in what is no batch: it holds for every question. */
  parts: BatchPart[] | undefined;
}

async function inOne(http: Http, organization: string, questions: readonly Question[]): Promise<Asked> {
  const boundary = `batch_${randomUUID()}`;
  const [first] = questions as [Question];
  const paths = questions.map(({ request }) => pathOf(new URL(request.url)));
  const whole = await http.send({
    ...first.request,
    url: `${organization}${ROOT}$batch`,
    method: 'POST',
    headers: {
      ...first.request.headers,
      'content-type': `multipart/mixed; boundary=${boundary}`,
      // Else the first that the role may not ask would end the batch.
      prefer: 'odata.continue-on-error',
    },
    body: writeQuestions(boundary, paths),
  });
  return { whole, parts: isSuccess(readAnswer(whole)) && isBatch(whole) ? readParts(whole) : undefined };
}

const pathOf = ({ pathname, search }: URL): string => pathname + search;

/** The answers in one to a batch; none in any other. */
export function partsIn(answer: OutboundAnswer): BatchPart[] {
  return isBatch(answer) ? readParts(answer) : [];
}

function isBatch({ headers }: OutboundAnswer): boolean {
  return /^multipart\/mixed\b/i.test(headers['content-type'] ?? '');
}

function readParts({ headers, body }: OutboundAnswer): BatchPart[] {
  return readBatch(headers['content-type'] ?? '', body);
}

/** What is remembered of the organization, where the questions have to be asked one by one. */
function whyApart(asked: Asked | Error): 'batch' | 'questions' | undefined {
  if (asked instanceof Error) return TOO_MUCH.has(networkCode(asked)) ? 'questions' : undefined;
  const answer = readAnswer(asked.whole);
  if (isMissing(answer, 'batch')) return 'batch';
  // Who takes no questions in a batch may refuse each of them, or leave them out.
  const answers = asked.parts?.map(readAnswer) ?? [answer];
  return answers.every((one) => isMissing(one, 'batch') || isOfTheWay(one)) ? 'questions' : undefined;
}

/** Whether the batch itself is refused, by Dynamics or by somebody in front of it, and not who asks. */
function isOfTheWay(answer: Answer): boolean {
  if (answer.kind !== 'answered') return false;
  const { status, code } = answer;
  return status === 400 || status === 413 || (status === 403 && code === '');
}

function partOf({ whole, parts }: Asked, index: number): OutboundAnswer | Promise<OutboundAnswer> {
  if (!parts) return whole;
  return (
    parts[index] ?? Promise.reject(Object.assign(new Error('cut off'), { code: 'BATCH_ANSWER_CUT_OFF' }))
  );
}
