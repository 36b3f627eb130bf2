import { describe, expect, test } from '@jest/globals';
import type { OutboundAnswer, OutboundRequest } from '@leads/service';
import { together } from './ask-together.ts';
import { Incapable } from './create-lead.ts';

const ORGANIZATION = 'https://a.example';
const DAY_MS = 24 * 3_600_000;

const question = (resource: string): OutboundRequest => ({
  url: `${ORGANIZATION}/api/data/v9.2/${resource}`,
  method: 'GET',
  headers: { authorization: 'Bearer x' },
});

const page = (status: number, body = '', headers = {}): OutboundAnswer => ({ status, headers, body });

/** A batch answer that names each of these, as Dataverse writes it; a number is the status of one without a body. */
function batchOf(...parts: string[]): OutboundAnswer {
  const sections = parts.map((part) => {
    const status = /^\d{3}$/.exec(part)?.[0] ?? '200';
    const http = `HTTP/1.1 ${status} Any\r\nContent-Type: application/json\r\n\r\n${status === part ? '' : part}`;
    return `--b\r\nContent-Type: application/http\r\n\r\n${http}\r\n`;
  });
  return page(200, `${sections.join('')}--b--\r\n`, { 'content-type': 'multipart/mixed; boundary=b' });
}

/** Asks these at once of an organization that answers its batches so, and everything else with its address. */
async function ask(
  resources: string[],
  batch: OutboundAnswer | Error,
  incapable = new Incapable(),
): Promise<{ answers: string[]; sent: string[] }> {
  const sent: string[] = [];
  const http = together(
    {
      send: ({ url, method }) => {
        sent.push(`${method} ${url.slice(ORGANIZATION.length)}`);
        if (!url.endsWith('$batch')) return Promise.resolve(page(200, url));
        return batch instanceof Error ? Promise.reject(batch) : Promise.resolve(batch);
      },
    },
    incapable,
  );
  const settled = await Promise.allSettled(resources.map((resource) => http.send(question(resource))));
  const answers = settled.map((one) =>
    one.status === 'rejected'
      ? String((one.reason as { code: string }).code)
      : one.value.body || String(one.value.status),
  );
  return { answers, sent };
}

const BATCH = 'POST /api/data/v9.2/$batch';
const APART = ['a', 'b'].map((resource) => `GET /api/data/v9.2/${resource}`);
const timedOut = Object.assign(new Error(), { code: 'UND_ERR_HEADERS_TIMEOUT' });
const reset = Object.assign(new Error(), { code: 'ECONNRESET' });

describe('questions of the same turn', () => {
  test('go in one request, and each has its own answer', async () => {
    expect(await ask(['a', 'b'], batchOf('one', 'two'))).toEqual({ answers: ['one', 'two'], sent: [BATCH] });
  });

  test('one alone goes as it is', async () => {
    expect((await ask(['a'], batchOf('one'))).sent).toEqual([APART[0]]);
  });

  test('that an answer has nothing of are not answered', async () => {
    const { answers } = await ask(['a', 'b', 'c'], batchOf('one'));
    expect(answers).toEqual(['one', 'BATCH_ANSWER_CUT_OFF', 'BATCH_ANSWER_CUT_OFF']);
  });

  test('are answered one by one where some are refused', async () => {
    expect((await ask(['a', 'b'], batchOf('403', 'two'))).answers).toEqual(['403', 'two']);
    expect((await ask(['a', 'b'], batchOf('404', 'two'))).sent).toEqual([BATCH]);
  });

  test.each<[string, OutboundAnswer]>([
    ['too much was asked', page(429)],
    ['it is away', page(503)],
    ['the token is stale', page(401)],
    ['its user is disabled', page(403, '{"error":{"code":"0x80040225","message":"No."}}')],
    ['it is switched off', page(404, '{"error":{"code":"0x8004a104","message":"No."}}')],
    ['somebody answers for it', page(200, '<html>sign in</html>')],
  ])('all have the answer where %s, and are not asked again one by one', async (_why, whole) => {
    const { answers, sent } = await ask(['a', 'b'], whole);
    const answer = whole.body || String(whole.status);
    expect({ answers, sent }).toEqual({ answers: [answer, answer], sent: [BATCH] });
  });

  test('are not answered where the connection breaks', async () => {
    expect(await ask(['a', 'b'], reset)).toEqual({ answers: ['ECONNRESET', 'ECONNRESET'], sent: [BATCH] });
  });

  test.each<[string, OutboundAnswer | Error]>([
    ['has no batches', page(501)],
    ['knows no batches', page(404, '{"error":{"code":"0x80060888","message":"No such segment."}}')],
    ['finds something wrong with it', page(400, '{"error":{"code":"0x80048d19","message":"No."}}')],
    ['stands behind a firewall that does not like it', page(403, '<html>blocked</html>')],
    ['takes too long over all at once', timedOut],
    ['leaves questions out of its batches', batchOf()],
    ['refuses questions in a batch one by one', batchOf('405', '405')],
  ])('go one by one where the organization %s, and from then on', async (_why, batch) => {
    const incapable = new Incapable();
    expect((await ask(['a', 'b'], batch, incapable)).sent).toEqual([BATCH, ...APART]);
    expect((await ask(['a', 'b'], batch, incapable)).sent).toEqual(APART);
    incapable.forget(ORGANIZATION);
    expect((await ask(['a', 'b'], batch, incapable)).sent).toEqual([BATCH, ...APART]);
  });

  test('that go one by one say nothing of how leads go, and are asked together again after a day', () => {
    const incapable = new Incapable();
    incapable.add(ORGANIZATION, 'questions', 0);
    expect(incapable.bestWay(ORGANIZATION, 'batch', 1)).toBe('batch');
    expect(incapable.asksTogether(ORGANIZATION, 1)).toBe(false);
    expect(incapable.asksTogether(ORGANIZATION, DAY_MS)).toBe(true);
  });

  test('in the names of two are asked apart', async () => {
    const sent: unknown[] = [];
    const http = together(
      {
        send: (request) => {
          sent.push(own(request));
          return Promise.resolve(page(200));
        },
      },
      new Incapable(),
    );
    const own = ({ headers }: OutboundRequest): string | undefined => headers['authorization'];
    await Promise.all(
      ['x', 'y'].map((name) => http.send({ ...question('a'), headers: { authorization: name } })),
    );
    expect(sent).toEqual(['x', 'y']);
  });
});
