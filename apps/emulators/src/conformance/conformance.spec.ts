/** The emulator driven by clients nobody here wrote, for both kinds of user. */
import { describe, expect, jest, test } from '@jest/globals';
import { CONTOSO } from '../seed.ts';
import { conform, summary } from './conform.ts';
import { readLiveSettings } from './config.ts';
import { differences, observe, shapeOf } from './exchange.ts';
import { answersOf } from './step.ts';
import { emulatedTarget, type RoleKind } from './target.ts';

// Sixty steps through two clients take their time on a busy machine.
jest.setTimeout(60_000);

describe('driven by msal-node and dynamics-web-api', () => {
  test.each<RoleKind>(['writer', 'administrator'])(
    'as %s, every step is answered as written down',
    async (role) => {
      const target = await emulatedTarget(role);
      try {
        const results = await conform(target);
        const got = Object.fromEntries(results.map(({ step, exchanges }) => [step.name, summary(exchanges)]));
        expect(got).toEqual(
          Object.fromEntries(results.map(({ step }) => [step.name, answersOf(step, role)])),
        );
      } finally {
        await target.close();
      }
    },
  );

  test('two runs show no differences, whatever their ids and ports', async () => {
    const runs = [];
    for (let n = 0; n < 2; n += 1) {
      const target = await emulatedTarget('administrator');
      runs.push(await conform(target));
      await target.close();
    }
    const [one = [], other = []] = runs;
    expect(
      one.flatMap(({ exchanges }, index) => differences(exchanges, other[index]?.exchanges ?? [])),
    ).toEqual([]);
  });
});

describe('what differs', () => {
  const wire = {
    method: 'GET',
    path: '/x',
    status: 200,
    headers: { 'content-type': 'application/json; a=b' },
    body: '{"value":[{"b":1,"a":"x"}]}',
  };
  const seen = observe('step', wire, {});

  test('is told field by field', () => {
    const other = observe(
      'step',
      { ...wire, status: 404, headers: { etag: 'W/"1"' }, body: '{"error":{"code":"0x1"}}' },
      {},
    );
    expect(differences([seen], [other]).map(({ field, emulator, live }) => [field, emulator, live])).toEqual([
      ['status', '200', '404'],
      ['code', '(none)', '0x1'],
      ['header content-type', 'application/json', '(none)'],
      ['header etag', '(none)', 'present'],
      ['shape', '{value:[{a:string,b:number}]}', '{error:{code:string}}'],
    ]);
    expect(differences([seen], [])).toHaveLength(1);
    expect(differences([seen], [seen])).toEqual([]);
  });

  test('is not a matter of values, ids, hosts or order', () => {
    expect(shapeOf({ b: null, a: [] })).toBe('{a:[],b:null}');
    const headers = { location: 'https://h.example/leads(0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e01)' };
    expect(observe('s', { ...wire, headers }, { 'h.example': '<org>' }).headers).toEqual({
      location: 'https://<org>/leads(<guid>)',
    });
  });
});

describe('settings of a live run', () => {
  const args = [
    '--live',
    '--url',
    'https://contoso.crm4.dynamics.com',
    '--tenant',
    CONTOSO.tenantId,
    '--client',
    CONTOSO.clientId,
  ];

  test('are read from arguments, the secret from the environment', () => {
    expect(readLiveSettings(args, { CONFORMANCE_CLIENT_SECRET: 's' })).toMatchObject({
      role: 'writer',
      secret: 's',
    });
    expect(readLiveSettings([], {})).toBeUndefined();
    expect(() => readLiveSettings(args, {})).toThrow('CONFORMANCE_CLIENT_SECRET');
    expect(() => readLiveSettings(['--live'], { CONFORMANCE_CLIENT_SECRET: 's' })).toThrow();
  });
});
