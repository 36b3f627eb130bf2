import { describe, expect, test } from '@jest/globals';
import type { Mapping, MappingPreview, MappingPreviewRequest } from '@leads/contracts';
import type { Connection } from '../connection-facts.ts';
import { mappingWarnings, previewMapping } from './check-mapping.ts';
import type { Previewed, Writer } from './writer.ts';

const CONNECTION_ID = '0195b7a2-6f1e-7c3a-9d2b-4e5f60718293';

const connection = (mapping?: Mapping): Connection =>
  ({ connectionId: CONNECTION_ID, version: 3, facts: { mapping } }) as Connection;

/** A writer that answers so, and keeps what it was asked. */
function writer(previewed: Previewed): { asked: MappingPreviewRequest[]; preview: Writer['preview'] } {
  const asked: MappingPreviewRequest[] = [];
  const preview: Writer['preview'] = (_connectionId, request) => {
    asked.push(request);
    return Promise.resolve(previewed);
  };
  return { asked, preview };
}

const fault = (pointer: string, effect: MappingPreview['faults'][number]['effect']) => ({
  ...{ pointer, effect, what: `${pointer} is amiss.`, remedy: 'Correct it.' },
});
const previewed = (changes: Partial<MappingPreview>): Previewed => ({
  kind: 'previewed',
  preview: { record: { leadid: 'x' }, faults: [], unchecked: [], ...changes },
});

describe('the warnings of a save', () => {
  const mapping: Mapping = { columns: { contoso_offer: 'offer' } };

  test('are the faults that every lead has, and what could not be checked, without a value of any lead', async () => {
    const gap = { pointer: '/mapping/lookups/c', what: 'It was not looked up.', remedy: 'Look.' };
    const answering = writer(
      previewed({
        faults: [
          fault('/mapping/columns/a', 'left-out'),
          fault('/mapping/targets/title', 'in-description'),
          fault('/mapping', 'lead-refused'),
        ],
        unchecked: [gap],
      }),
    );
    const warnings = await mappingWarnings(connection(mapping), answering);
    expect(warnings).toEqual([
      { pointer: '/mapping/columns/a', what: '/mapping/columns/a is amiss.', remedy: 'Correct it.' },
      { pointer: '/mapping', what: '/mapping is amiss.', remedy: 'Correct it.' },
      gap,
    ]);
    expect(answering.asked).toMatchObject([{ version: 3, mapping }]);
  });

  test.each([
    ['no mapping', undefined],
    ['a mapping of nothing', {}],
  ])('are none with %s, and nobody is asked', async (_case, nothing) => {
    const answering = writer({ kind: 'unknown' });
    expect(await mappingWarnings(connection(nothing), answering)).toEqual([]);
    expect(answering.asked).toEqual([]);
  });

  test.each<[string, Previewed, string]>([
    ['is away', { kind: 'silent', why: 'The Dynamics writer does not answer.' }, 'does not answer'],
    ['knows it as deleted', { kind: 'unknown' }, 'deleted meanwhile'],
  ])('say that nothing was checked where the writer %s', async (_case, answer, why) => {
    expect(await mappingWarnings(connection(mapping), writer(answer))).toEqual([
      {
        pointer: '/mapping',
        what: expect.stringMatching(new RegExp(`saved; its mapping could not be checked\\. .*${why}`)),
        remedy: expect.stringContaining('Nothing is lost'),
      },
    ]);
  });
});

describe('a preview', () => {
  test('that nobody can make now is refused, never passed over', async () => {
    const away = writer({ kind: 'silent', why: 'The Dynamics writer does not answer.' });
    await expect(previewMapping(connection(), { mapping: {} }, undefined, away)).rejects.toMatchObject({
      problem: { status: 503, detail: expect.stringContaining('Nothing was checked') },
    });
    const deleted = writer({ kind: 'unknown' });
    await expect(previewMapping(connection(), { mapping: {} }, undefined, deleted)).rejects.toMatchObject({
      problem: { status: 404 },
    });
  });
});
