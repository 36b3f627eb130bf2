/** POST /$batch: the operations one after the other; change sets hold together or not at all. */
import { STATUS_CODES } from 'node:http';
import { header, type Incoming, type Reply } from '../http/exchange.ts';
import {
  boundaryOf,
  formatMultipart,
  MultipartError,
  parseHeaders,
  parseMultipart,
  type Part,
} from '../odata/multipart.ts';
import { newGuid } from '../ids.ts';
import { answerOfFault } from '../answer-of-fault.ts';
import type { Call } from './call.ts';
import { badQuery, DataverseError, errorReply } from './errors.ts';
import { operate } from './operate.ts';

const MAX_OPERATIONS = 1000;
const MAX_URL = 65_536;

interface Operation {
  readonly request: Incoming;
  readonly resource: string;
  readonly contentId: string | undefined;
}
type Item = Operation | readonly Operation[];

interface Batch {
  readonly items: readonly Item[];
  readonly operations: number;
}

/** Reads the whole batch before anything of it is done; throws a 400 for what is malformed. */
export function parseBatch(call: Call): Batch {
  const { request } = call;
  const contentType = header(request, 'content-type');
  const boundary = boundaryOf(contentType);
  if (boundary === undefined)
    throw new DataverseError(
      415,
      '0x80060888',
      `The content type '${contentType.slice(0, 100)}' of a batch request must be 'multipart/mixed' with a boundary.`,
    );
  try {
    const items = parseMultipart(request.body, boundary).map((part) => itemOf(call, part));
    const operations = items.reduce((sum, item) => sum + (Array.isArray(item) ? item.length : 1), 0);
    if (operations > MAX_OPERATIONS)
      throw badQuery(
        `The current batch message contains too many parts. Only batch messages with a maximum number of '${MAX_OPERATIONS}' query operations, including changeset operations, are allowed.`,
      );
    return { items, operations };
  } catch (error) {
    if (error instanceof MultipartError) throw badQuery(`The batch request is not valid: ${error.message}`);
    throw error;
  }
}

/** Performs it. Stops at the first failure with 400, unless the caller prefers `odata.continue-on-error`. */
export function runBatch(call: Call, batch: Batch): Reply {
  const goOn = /odata\.continue-on-error/.test(header(call.request, 'prefer'));
  const boundary = `batchresponse_${newGuid()}`;
  const answers: string[] = [];
  let status = 200;
  for (const item of batch.items) {
    const { text, failed } = isChangeSet(item) ? runChangeSet(call, item) : runSingle(call, item);
    answers.push(text);
    if (!failed || goOn) continue;
    status = 400;
    break;
  }
  return {
    status,
    headers: { 'content-type': `multipart/mixed; boundary=${boundary}`, 'odata-version': '4.0' },
    body: formatMultipart(answers, boundary),
  };
}

const isChangeSet = (item: Item): item is readonly Operation[] => Array.isArray(item);

function runSingle(call: Call, operation: Operation): { text: string; failed: boolean } {
  const faulty = answeredByFault(call, operation);
  if (faulty) return { text: formatPart(faulty), failed: faulty.status >= 400 };
  try {
    return { text: formatPart(operate({ ...call, ...operation })), failed: false };
  } catch (error) {
    return { text: formatPart(refusal(error)), failed: true };
  }
}

/** What a fault answers in place of one operation. */
function answeredByFault({ world, request, root }: Call, operation: Operation): Reply | undefined {
  const path = `${root.slice(request.base.length)}/${operation.resource}`;
  const now = world.clock();
  const fault = world.faults.take({ ...operation.request, path }, now, Math.random, true);
  const delivery = fault && answerOfFault(fault, now);
  return delivery?.kind === 'send' ? delivery.reply : undefined;
}

function runChangeSet(call: Call, operations: readonly Operation[]): { text: string; failed: boolean } {
  const addresses = new Map<string, string>();
  try {
    const answers = call.world.atomically(() =>
      operations.map((operation) => {
        const resolved = withReferences(operation, addresses, call);
        const reply = operate({ ...call, ...resolved });
        const address = reply.headers['odata-entityid'];
        if (operation.contentId !== undefined && typeof address === 'string')
          addresses.set(operation.contentId, address);
        return formatPart(reply, operation.contentId);
      }),
    );
    const boundary = `changesetresponse_${newGuid()}`;
    return {
      text: `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${formatMultipart(answers, boundary)}`,
      failed: false,
    };
  } catch (error) {
    return { text: formatPart(refusal(error)), failed: true };
  }
}

function refusal(error: unknown): Reply {
  if (!(error instanceof DataverseError)) throw error;
  const reply = errorReply(error);
  return { ...reply, headers: { req_id: newGuid(), ...reply.headers, 'odata-version': '4.0' } };
}

const SHOWN: Readonly<Record<string, string>> = {
  'odata-version': 'OData-Version',
  'odata-entityid': 'OData-EntityId',
  'content-type': 'Content-Type',
  'preference-applied': 'Preference-Applied',
  etag: 'ETag',
  req_id: 'REQ_ID',
  'retry-after': 'Retry-After',
};

function formatPart(reply: Reply, contentId?: string): string {
  const address = reply.headers['odata-entityid'];
  const lines = [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
    '',
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}`,
    ...(typeof address === 'string' ? [`Location: ${address}`] : []),
    ...Object.entries(reply.headers).flatMap(([name, value]) =>
      SHOWN[name] ? [`${SHOWN[name]}: ${String(value)}`] : [],
    ),
    '',
    reply.body === undefined ? '' : reply.body.toString(),
  ];
  return lines.join('\r\n');
}

function itemOf(call: Call, part: Part): Item {
  const type = part.headers['content-type'] ?? '';
  const boundary = boundaryOf(type);
  if (boundary !== undefined) {
    const operations = parseMultipart(part.body, boundary).map((inner) => {
      if (boundaryOf(inner.headers['content-type'] ?? '') !== undefined)
        throw new MultipartError('A change set cannot hold another.');
      return operationOf(call, inner, true);
    });
    if (operations.length > MAX_OPERATIONS)
      throw badQuery(
        `The current change set contains too many operations. A maximum number of '${MAX_OPERATIONS}' operations are allowed in a change set.`,
      );
    return operations;
  }
  return operationOf(call, part, false);
}

function operationOf(call: Call, part: Part, inChangeSet: boolean): Operation {
  if (!/^application\/http\b/i.test(part.headers['content-type'] ?? ''))
    throw new MultipartError(
      "A part must have the Content-Type 'application/http' or, for a change set, 'multipart/mixed'.",
    );
  const text = part.body.toString('latin1').replace(/^(?:\r\n)+/, '');
  const match = /^([A-Z]+) (\S+)(?: HTTP\/1\.1)?[ \t]*\r\n/.exec(
    text.endsWith('\r\n') ? text : `${text}\r\n`,
  );
  if (!match) throw new MultipartError('A part does not begin with a request line.');
  const [line, method = '', sent = ''] = match;
  const url = Buffer.from(sent, 'latin1').toString('utf8');
  if (url.length > MAX_URL)
    throw new MultipartError('An address in the batch is longer than 65,536 characters.');
  const { headers, rest } = parseHeaders(text.slice(line.length));
  const contentId = part.headers['content-id'] ?? headers['content-id'];
  if (inChangeSet && method === 'GET')
    throw new MultipartError('A GET operation is not allowed inside a change set.');
  if (inChangeSet && contentId === undefined)
    throw new MultipartError('Content-ID header not present in a part of the change set.');
  const { resource, search } = resourceOf(call, url);
  if (resource === '$batch') throw new MultipartError('A batch cannot hold another batch.');
  const body = Buffer.from(rest.replace(/(?:\r\n)+$/, ''), 'latin1');
  return {
    request: { ...call.request, method, search, headers, body, tooLarge: false },
    resource,
    contentId,
  };
}

/** The part of an address below the service root; `$1` and relative addresses stay as they are. */
function resourceOf({ root }: Call, url: string): { resource: string; search: string } {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const local = path.startsWith(`${root}/`)
    ? path.slice(root.length + 1)
    : path.replace(/^(?:https?:\/\/[^/]+)?(?:\/org\/[^/]+)?\/api\/data\/v9\.\d\//, '');
  try {
    return { resource: decodeURIComponent(local), search: mark < 0 ? '' : url.slice(mark + 1) };
  } catch {
    throw new MultipartError(`The address '${url.slice(0, 60)}' is not valid.`);
  }
}

/** Puts the addresses of records made before in place of `$1`, `$2` …, in the address and in the body. */
function withReferences(operation: Operation, addresses: ReadonlyMap<string, string>, call: Call): Operation {
  const resolve = (id: string): string => {
    const address = addresses.get(id);
    if (address === undefined)
      throw badQuery(`Content-ID Reference: '$${id}' does not exist in the batch context.`);
    return address;
  };
  const reference = /^\$(\w+)(.*)$/.exec(operation.resource);
  const resource = reference
    ? resourceOf(call, resolve(reference[1] as string)).resource + (reference[2] ?? '')
    : operation.resource;
  const text = operation.request.body.toString('utf8');
  if (!text.includes('"$')) return { ...operation, resource };
  const body = Buffer.from(
    text.replace(
      /(@odata\.(?:bind|id)"\s*:\s*)"\$(\w+)"/g,
      (_whole, before: string, id: string) => `${before}${JSON.stringify(resolve(id))}`,
    ),
  );
  return { ...operation, resource, request: { ...operation.request, body } };
}
