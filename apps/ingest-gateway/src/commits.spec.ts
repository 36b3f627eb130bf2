import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import type { LeadAccepted } from '@leads/contracts';
import { Commits } from './commits.ts';
import type { Accepted, Posted } from './lead-store.ts';

function leadOf(leadId: string, connectionId = 'one', original = ''): Posted {
  return { lead: { leadId, connectionId, original } as LeadAccepted, windowMs: 0 };
}

/** A post of one lead. */
const posted = (...of: Parameters<typeof leadOf>): Posted[] => [leadOf(...of)];

const accepted = (leads: Posted[]): Accepted[] =>
  leads.map(({ lead: { leadId } }) => ({ leadId, duplicate: false }));

const failing = (code: string): Error => Object.assign(new Error('refused'), { code });

/** What each of some posts that come at once is answered, and which commits there were. */
async function accept(ids: string[], failureOf: (ids: string[]) => Error | undefined) {
  const commits: string[][] = [];
  const together = new Commits(async (leads) => {
    const inIt = leads.map(({ lead }) => lead.leadId);
    commits.push(inIt);
    await new Promise((resolve) => setImmediate(resolve));
    const failure = failureOf(inIt);
    if (failure) throw failure;
    return accepted(leads);
  }, 100);
  const answers = await Promise.allSettled(ids.map((id) => together.accept(posted(id))));
  return {
    commits,
    answers: answers.map((answer) =>
      answer.status === 'fulfilled' ? answer.value[0]?.leadId : (answer.reason as { code: string }).code,
    ),
  };
}

describe('posts that come at the same time', () => {
  test('share a commit: the first goes at once, the others with the next', async () => {
    const { commits, answers } = await accept(['a', 'b', 'c', 'd'], () => undefined);
    expect(commits).toEqual([['a'], ['b', 'c', 'd']]);
    expect(answers).toEqual(['a', 'b', 'c', 'd']);
  });

  test('are all refused where the database is away, and not tried one by one', async () => {
    const { commits, answers } = await accept(['a', 'b', 'c'], () => failing('57P01'));
    expect(commits).toEqual([['a'], ['b', 'c']]);
    expect(answers).toEqual(['57P01', '57P01', '57P01']);
  });

  test('are told to come again where too many wait already, and nobody else is', async () => {
    const committing = Promise.withResolvers<void>();
    const together = new Commits(async (leads) => {
      await committing.promise;
      return accepted(leads);
    }, 100);
    const waiting = Array.from({ length: 5_000 }, (_, index) => together.accept(posted(String(index))));
    await expect(together.accept(posted('late'))).rejects.toMatchObject({ problem: { status: 503 } });
    committing.resolve();
    expect(await Promise.all(waiting)).toHaveLength(5_000);
    expect(await together.accept(posted('later'))).toEqual([{ leadId: 'later', duplicate: false }]);
  });

  test('to one address may wait up to a size, and those to others are not refused for them', async () => {
    const committing = Promise.withResolvers<void>();
    const together = new Commits(async (leads) => {
      await committing.promise;
      return accepted(leads);
    }, 100);
    const large = 'x'.repeat(1024 * 1024);
    const flood = Array.from({ length: 9 }, (_, index) =>
      together.accept(posted(String(index), 'one', large)).catch((error: unknown) => error),
    );
    const other = together.accept(posted('other', 'other', large));
    committing.resolve();
    expect(await other).toEqual([{ leadId: 'other', duplicate: false }]);
    const answers = await Promise.all(flood);
    expect(answers.slice(0, 8)).toEqual(
      Array.from({ length: 8 }, (_, index) => [{ leadId: String(index), duplicate: false }]),
    );
    expect(answers[8]).toMatchObject({ problem: { status: 429 } });
    expect(await together.accept(posted('later', 'one', large))).toEqual([
      { leadId: 'later', duplicate: false },
    ]);
  });

  test('with several leads each are committed whole or not at all, and told of each', async () => {
    const commits: string[][] = [];
    const together = new Commits(async (leads) => {
      const ids = leads.map((each) => each.lead.leadId);
      commits.push(ids);
      await new Promise((resolve) => setImmediate(resolve));
      if (ids.includes('bad')) throw failing('22021');
      return accepted(leads);
    }, 2);
    const answers = await Promise.allSettled(
      [['first'], ['a', 'b', 'c'], ['d', 'bad', 'e'], ['f', 'g']].map((ids) =>
        together.accept(ids.map((id) => leadOf(id))),
      ),
    );
    expect(commits).toEqual([
      ...[['first'], ['a', 'b', 'c', 'd', 'bad', 'e'], ['a', 'b', 'c']],
      ...[
        ['d', 'bad', 'e'],
        ['f', 'g'],
      ],
    ]);
    expect(
      answers.map((each) =>
        each.status === 'fulfilled' ? each.value.map(({ leadId }) => leadId) : 'refused',
      ),
    ).toEqual([['first'], ['a', 'b', 'c'], 'refused', ['f', 'g']]);
  });

  test('do not suffer for those that the database cannot take', async () => {
    const ids = fc.uniqueArray(fc.nat(999).map(String), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(ids, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), async (all, which) => {
        const bad = new Set(all.filter((_, index) => which[index]));
        const { answers } = await accept(all, (inIt) =>
          inIt.some((id) => bad.has(id)) ? failing('22021') : undefined,
        );
        expect(answers).toEqual(all.map((id) => (bad.has(id) ? '22021' : id)));
      }),
    );
  });
});
