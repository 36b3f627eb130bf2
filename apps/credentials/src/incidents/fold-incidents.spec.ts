import { describe, expect, test } from '@jest/globals';
import { type Alert, alertOf, type Incident, Trouble } from '@leads/contracts';
import fc from 'fast-check';
import {
  acknowledge,
  DAY_MS,
  foldAlerts,
  type Folded,
  type LocatedAlert,
  passTime,
  type Picture,
  QUIET_MS,
  resolve,
} from './fold-incidents.ts';
import type { Whereabouts } from './read-alert.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-22T09:00:00Z');
const at = (minutes: number): Date => new Date(START + minutes * MINUTE);
const EMPTY: Picture = { signals: new Map(), incidents: new Map() };

/** Twenty connections of one publisher and application, in organisations of their own. */
const connections = Array.from({ length: 20 }, (_, index): [string, Whereabouts] => [
  `00000000-0000-4000-8000-0000000000${String(10 + index)}`,
  {
    publisher: { id: 'contoso', name: 'Contoso' },
    url: `https://contoso-${index}.crm4.dynamics.com`,
    authentication: 'azure-active-directory',
    applicationId: '00000003-0000-4000-8000-000000000001',
    directoryId: '72F988BF-0000-4000-8000-2d7cd011db47',
    state: 'published',
    secret: { setAt: '2026-01-01T00:00:00.000Z' },
    changedAt: new Date('2026-01-01'),
  },
]);

let made = 0;
function newId(): string {
  made += 1;
  return `11111111-0000-4000-8000-${String(made).padStart(12, '0')}`;
}
const rules = { quietMs: QUIET_MS, newId };

type Said = { connection?: number; minutes: number; over?: boolean } & Partial<Alert>;

function alert({ connection = 0, minutes, over = false, ...more }: Said): LocatedAlert {
  const [connectionId = '', whereabouts] = connections[connection] ?? [];
  const told = alertOf({
    alertId: newId(),
    connectionId,
    at: at(minutes),
    trouble: 'connection-broken',
    transition: over ? 'cleared' : 'triggered',
    what: 'The client secret is wrong.',
    remedy: 'Enter a new one.',
    ...(over ? {} : { cause: 'AADSTS7000215' }),
  });
  return { alert: { ...told, ...more }, connection: whereabouts };
}

/** Lives through alerts and minutes, each minute looked at as housekeeping does. */
class World {
  picture = EMPTY;
  readonly told: Incident[] = [];
  private minutes = 0;

  hear(...alerts: LocatedAlert[]): this {
    return this.take(foldAlerts(this.picture, alerts, at(this.minutes), rules));
  }
  until(minutes: number): this {
    for (; this.minutes < minutes; this.minutes += 1)
      this.take(passTime(this.picture, at(this.minutes), rules));
    return this;
  }
  say(minutes: number, said: Omit<Said, 'minutes'> = {}): this {
    return this.until(minutes).hear(alert({ ...said, minutes }));
  }
  acts(act: (key: string) => Folded): this {
    const [key = ''] = this.picture.incidents.keys();
    return this.take(act(key));
  }
  get transitions(): string[] {
    return this.told.map(({ transition, state }) => `${transition} ${state}`);
  }
  get now(): Date {
    return at(this.minutes);
  }
  private take({ picture, transitions }: Folded): this {
    this.picture = picture;
    this.told.push(...transitions.map(({ incident }) => incident));
    return this;
  }
}

describe('one cause at one place', () => {
  test('is one incident however many connections feel it, and over when none does any more', () => {
    const world = new World();
    for (let index = 0; index < 20; index += 1) world.say(index, { connection: index, waiting: 2 });
    expect(new Set(world.told.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(world.told.at(-1)).toMatchObject({
      state: 'open',
      since: at(0).toISOString(),
      place: {
        scope: 'application',
        id: '72f988bf-0000-4000-8000-2d7cd011db47/00000003-0000-4000-8000-000000000001',
      },
      publisherIds: ['contoso'],
      waiting: 40,
    });
    expect(world.told.at(-1)?.connectionIds).toHaveLength(20);
    for (let index = 0; index < 19; index += 1) world.say(30 + index, { connection: index, over: true });
    expect(world.told.at(-1)).toMatchObject({ state: 'open', waiting: 2 });
    world.say(60, { connection: 19, over: true }).until(80);
    expect(world.told.slice(-2)).toMatchObject([
      { transition: 'changed', state: 'resolved', resolvedAt: at(60).toISOString() },
      { transition: 'resolved', state: 'resolved', at: at(75).toISOString(), by: 'itself' },
    ]);
  });

  test('that comes back within the quiet time comes back to the same incident', () => {
    const world = new World().say(0).say(5, { over: true }).say(19).say(25, { over: true }).until(60);
    expect(world.transitions).toEqual([
      'opened open',
      'changed resolved',
      'changed open',
      'changed resolved',
      'resolved resolved',
    ]);
    expect(new World().say(0).say(5, { over: true }).say(21).transitions).toEqual([
      'opened open',
      'changed resolved',
      'resolved resolved',
      'opened open',
    ]);
  });

  test('is reminded of once a day, and no more once a person has taken it on', () => {
    const days = (DAY_MS / MINUTE) * 3 + 5;
    const world = new World().say(0).until(days);
    expect(world.transitions).toEqual(['opened open', 'reminded open', 'reminded open', 'reminded open']);
    world.acts((key) => acknowledge(world.picture, key, 'Ana', world.now)).until(days * 2);
    expect(world.told.slice(4)).toMatchObject([
      { transition: 'acknowledged', by: 'Ana', acknowledgedBy: 'Ana' },
    ]);
    world.acts((key) => acknowledge(world.picture, key, 'Bob', world.now));
    expect(world.told).toHaveLength(5);
  });

  test('is over when a person says so, and open again when it is not', () => {
    const world = new World().say(0);
    world.acts((key) => resolve(world.picture, key, 'Ana', world.now, rules));
    expect(world.told.at(-1)).toMatchObject({
      transition: 'changed',
      state: 'resolved',
      by: 'Ana',
      resolvedBy: 'Ana',
    });
    world.say(3);
    expect(world.told.at(-1)).toMatchObject({ transition: 'changed', state: 'open' });
    expect(world.told.at(-1)?.resolvedBy).toBeUndefined();
  });

  test('is the same whether leads die of it or wait for it, and is called by the worse of the two', () => {
    const ofPlugin = { cause: 'refused-0x80040265' } as const;
    const dies = { ...ofPlugin, trouble: 'leads-refused', what: 'A plug-in refuses it.', dead: 1 } as const;
    const waits = { ...ofPlugin, what: 'Leads wait. A plug-in refuses it.', waiting: 7 } as const;
    const world = new World()
      .say(0, dies)
      .say(3, waits)
      .say(4, { ...dies, dead: 2 });
    expect(world.told).toMatchObject([
      { transition: 'opened', kind: 'leads-refused', waiting: 0, dead: 1 },
      { transition: 'changed', kind: 'connection-broken', what: waits.what, waiting: 7, dead: 1 },
      { transition: 'changed', kind: 'connection-broken', what: waits.what, waiting: 7, dead: 2 },
    ]);
    world.say(10, { over: true });
    expect(world.told.at(-1)).toMatchObject({ kind: 'leads-refused', what: dies.what, waiting: 0, dead: 2 });
    world.say(20, { ...ofPlugin, trouble: 'leads-refused', over: true }).until(40);
    expect(new Set(world.told.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(world.transitions.filter((one) => !one.startsWith('changed'))).toEqual([
      'opened open',
      'resolved resolved',
    ]);
  });

  test('is one and the same in whichever order leads die and wait', () => {
    const cause = 'refused-0x80040265';
    const world = new World().say(0, { cause }).say(3, { cause, trouble: 'leads-refused', dead: 1 });
    expect(world.told).toMatchObject([
      { transition: 'opened', kind: 'connection-broken' },
      { transition: 'changed', kind: 'connection-broken', dead: 1 },
    ]);
  });

  test('stays with who has taken it on while it comes and goes', () => {
    const world = new World().say(0);
    world
      .acts((key) => acknowledge(world.picture, key, 'Ana', world.now))
      .say(5, { over: true })
      .say(6);
    expect(world.told.at(-1)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'Ana' });
  });
});

describe('flap: twenty connections of one application whose secret is replaced and broken a hundred times', () => {
  /** @param everyMinutes from one break to the next; half of it all is well */
  function flap(everyMinutes: number): {
    incidents: number;
    opened: number;
    reminded: number;
    resolved: number;
  } {
    const world = new World();
    for (let round = 0; round < 100; round += 1) {
      for (const over of [false, true]) {
        const minutes = round * everyMinutes + (over ? everyMinutes / 2 : 0);
        world.until(minutes);
        // Each connection finds out by itself, and tells it twice.
        for (let connection = 0; connection < 20; connection += 1)
          for (let times = 0; times < 2; times += 1) world.hear(alert({ connection, minutes, over }));
      }
    }
    world.until(100 * everyMinutes + QUIET_MS / MINUTE + 1);
    const count = (which: string): number =>
      world.told.filter(({ transition }) => transition === which).length;
    return {
      incidents: new Set(world.told.map(({ incidentId }) => incidentId)).size,
      opened: count('opened'),
      reminded: count('reminded'),
      resolved: count('resolved'),
    };
  }

  test.each([
    // Within the quiet time it is one incident: 16 hours 40, and 41 hours 40, which is one day and more.
    [10, { incidents: 1, opened: 1, reminded: 0, resolved: 1 }],
    [24, { incidents: 1, opened: 1, reminded: 1, resolved: 1 }],
    // With an hour of quiet in between, each break is an incident of its own.
    [120, { incidents: 100, opened: 100, reminded: 0, resolved: 100 }],
  ])('every %i minutes: %j', (everyMinutes, expected) => {
    expect(flap(everyMinutes)).toEqual(expected);
  });
});

test('an application that very many offers share names a thousand of them, those that felt it first, and counts all', () => {
  const [, whereabouts] = connections[0] ?? [];
  const nth = (index: number): LocatedAlert => {
    const heard = alert({ minutes: Math.floor(index / 600) });
    const connectionId = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    return { alert: { ...heard.alert, connectionId }, connection: whereabouts };
  };
  const world = new World();
  // The last ids feel it first.
  const all = Array.from({ length: 2_500 }, (_, index) => nth(2_500 - index));
  world.hear(...all.slice(0, 1_000));
  expect(world.told.at(-1)).not.toHaveProperty('connections');
  world.until(1).hear(...all.slice(1_000));
  const last = world.told.at(-1);
  expect(last?.connections).toBe(2_500);
  expect(last?.connectionIds).toEqual(
    all
      .slice(0, 1_000)
      .map(({ alert: { connectionId } }) => connectionId)
      .sort(),
  );
  // Nothing new is nothing to tell, with so many too.
  const told = world.told.length;
  world.hear(...all.slice(2_000));
  expect(world.told).toHaveLength(told);
});

describe('what shares an incident', () => {
  const open = (...alerts: LocatedAlert[]): Incident[] =>
    [...foldAlerts(EMPTY, alerts, at(9), rules).picture.incidents.values()].map(({ incident }) => incident);
  const elsewhere = (said: LocatedAlert, connection: Partial<Whereabouts>): LocatedAlert => ({
    ...said,
    connection: { ...(said.connection as Whereabouts), ...connection },
  });

  test('are not connections of two publishers, nor two applications, nor two causes', () => {
    const other = { publisher: { id: 'fabrikam', name: 'Fabrikam' } };
    expect(open(alert({ minutes: 0 }), elsewhere(alert({ connection: 1, minutes: 0 }), other))).toHaveLength(
      2,
    );
    const application = { applicationId: '00000003-0000-4000-8000-000000000002' };
    expect(
      open(alert({ minutes: 0 }), elsewhere(alert({ connection: 1, minutes: 0 }), application)),
    ).toHaveLength(2);
    expect(
      open(alert({ minutes: 0 }), alert({ connection: 1, minutes: 0, cause: 'AADSTS700016' })),
    ).toHaveLength(2);
  });

  test('are all connections of an organisation that is away, whoever signs in', () => {
    const away = { trouble: 'destination-away', cause: 'unreachable', minutes: 0 } as const;
    const { url } = connections[0]?.[1] ?? {};
    const moved = { ...(url && { url }), applicationId: '00000003-0000-4000-8000-000000000002' };
    expect(open(alert(away), elsewhere(alert({ ...away, connection: 1 }), moved))).toMatchObject([
      { place: { scope: 'organization', id: url } },
    ]);
  });

  test('are of one application what an organisation refuses, whether leads die of it or wait', () => {
    const { url = '' } = connections[0]?.[1] ?? {};
    const neighbour = { url, applicationId: '00000003-0000-4000-8000-000000000002' };
    for (const trouble of ['connection-broken', 'leads-refused'] as const) {
      const refused = { trouble, cause: 'role-missing', minutes: 0 } as const;
      const other = alert({ ...refused, connection: 1 });
      expect(open(alert(refused), elsewhere(other, { url }))).toHaveLength(1);
      expect(open(alert(refused), elsewhere(other, neighbour))).toHaveLength(2);
    }
  });

  test('began when the first of them says that it began, which may be before it was told', () => {
    const away = { trouble: 'destination-away', cause: 'away' } as const;
    const first = alert({ ...away, minutes: 6, since: at(1).toISOString() });
    const { url = '' } = connections[0]?.[1] ?? {};
    const other = elsewhere(alert({ ...away, connection: 1, minutes: 7, since: at(2).toISOString() }), {
      url,
    });
    expect(open(first, other)).toMatchObject([{ since: at(1).toISOString() }]);
  });

  test('is nothing where no cause is told, as in alerts of before', () => {
    const before = { trouble: undefined, transition: undefined, cause: undefined, minutes: 0 } as const;
    expect(open(alert(before), alert({ ...before, connection: 1 }))).toMatchObject([
      { kind: 'connection-broken', place: { scope: 'connection' } },
      { kind: 'connection-broken', place: { scope: 'connection' } },
    ]);
  });

  test('is a secret past its last day, by the calendar and in the words of Entra ID', () => {
    const byDate = { trouble: 'secret-expired', cause: 'secret-expired', minutes: 0 } as const;
    expect(open(alert(byDate), alert({ minutes: 1, connection: 1, cause: 'AADSTS7000222' }))).toMatchObject([
      { kind: 'secret-expired', place: { scope: 'application' } },
    ]);
  });
});

describe('alerts of before transitions were told', () => {
  const before = { trouble: undefined, transition: undefined, cause: undefined } as const;

  test('open and end an incident by their kinds', () => {
    const world = new World()
      .say(0, before)
      .say(5, { ...before, kind: 'connection-restored' })
      .until(30);
    expect(world.transitions).toEqual(['opened open', 'changed resolved', 'resolved resolved']);
  });

  test('that were mended before they are read open nothing', () => {
    const [, whereabouts] = connections[0] ?? [];
    const connection = whereabouts && {
      ...whereabouts,
      secret: { setAt: at(5).toISOString() },
      changedAt: at(5),
    };
    for (const kind of ['secret-expiring', 'connection-warning'] as const) {
      const { alert: old } = alert({ ...before, kind, minutes: 0 });
      expect(foldAlerts(EMPTY, [{ alert: old, connection }], at(9), rules).transitions).toEqual([]);
    }
  });

  test('of one batch that say it is over again are told to nobody', () => {
    const batch = [
      alert({ ...before, minutes: 0 }),
      alert({ ...before, minutes: 2, kind: 'connection-restored' }),
    ];
    expect(new World().hear(...batch).told).toEqual([]);
  });
});

test('what is told of a connection that never was says nothing', () => {
  const { alert: said } = alert({ minutes: 0 });
  expect(foldAlerts(EMPTY, [{ alert: said, connection: undefined }], at(1), rules).transitions).toEqual([]);
});

describe('however alerts come', () => {
  const said = fc.record({
    connection: fc.integer({ min: 0, max: 3 }),
    minutes: fc.integer({ min: 0, max: 4_000 }),
    over: fc.boolean(),
    trouble: fc.constantFrom(...Trouble.options, undefined),
    cause: fc.constantFrom('AADSTS7000215', 'AADSTS7000222', 'unreachable', undefined),
  });
  const history = fc.array(said, { maxLength: 60 }).map((all) => all.map((one) => alert(one)));
  const standing = ({ signals }: Picture): unknown =>
    [...signals.values()]
      .flat()
      .filter(({ stands }) => stands)
      .map(({ connectionId, trouble, sameAs, alertId }) => [connectionId, trouble, sameAs, alertId].join(' '))
      .sort();

  test('in whatever order and however often, the same stands in the end', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (alerts, random) => {
        const shuffled = [...alerts, ...alerts]
          .map((one) => [random.next().value ?? 0, one] as const)
          .sort(([one], [other]) => one - other)
          .map(([, one]) => one);
        const inOrder = foldAlerts(EMPTY, alerts, at(4_001), rules).picture;
        const oneByOne = shuffled.reduce(
          (picture, one) => foldAlerts(picture, [one], at(4_001), rules).picture,
          EMPTY,
        );
        expect(standing(oneByOne)).toEqual(standing(inOrder));
        const unended = [...oneByOne.incidents.values()].filter(
          ({ incident }) => incident.state !== 'resolved',
        );
        expect(unended.map(({ key }) => key).sort()).toEqual([...inOrder.incidents.keys()].sort());
      }),
    );
  });

  test('an alert that comes again changes nothing', () => {
    fc.assert(
      fc.property(history, (alerts) => {
        const { picture } = foldAlerts(EMPTY, alerts, at(4_001), rules);
        expect(foldAlerts(picture, alerts, at(4_002), rules)).toEqual({ picture, transitions: [] });
      }),
    );
  });

  test('each incident is opened once and ended once at most, reminded of once a day, and its versions count up', () => {
    fc.assert(
      fc.property(history, (alerts) => {
        const world = new World();
        const byTime = alerts.toSorted((one, other) => one.alert.at.localeCompare(other.alert.at));
        for (const one of byTime) world.until((Date.parse(one.alert.at) - START) / MINUTE).hear(one);
        world.until(4_000 + (QUIET_MS + DAY_MS) / MINUTE);
        for (const own of Map.groupBy(world.told, ({ incidentId }) => incidentId).values()) {
          const times = (which: string): number[] =>
            own.filter(({ transition }) => transition === which).map((one) => Date.parse(one.at));
          expect(own[0]?.transition).toBe('opened');
          expect(times('opened')).toHaveLength(1);
          expect(times('resolved').length).toBeLessThanOrEqual(1);
          if (times('resolved').length === 1) expect(own.at(-1)?.transition).toBe('resolved');
          const told = [...times('opened'), ...times('reminded')];
          for (const [index, time] of told.slice(1).entries())
            expect(time - (told[index] ?? 0)).toBeGreaterThanOrEqual(DAY_MS);
          expect(own.map(({ version }) => version)).toEqual(own.map((_, index) => index + 1));
        }
      }),
      { numRuns: 30 },
    );
  });
});
