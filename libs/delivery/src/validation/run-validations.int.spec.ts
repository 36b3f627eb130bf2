import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type topics, ValidationStep } from '@leads/contracts';
import { eventually } from '@leads/testing';
import { type Selectable, sql } from 'kysely';
import type { Destination } from '../destination.ts';
import { OWN_CLOCK } from '../testing/running-lane.ts';
import { TestDestination } from '../testing/test-destination.ts';
import { KnownLimits } from '../lanes/known-limits.ts';
import { RunValidations } from './run-validations.ts';
import type { ValidationsTable } from '../tables.ts';
import {
  CONNECTION,
  received,
  startDeliverySchema,
  type DeliverySchema,
} from '../testing/delivery-schema.ts';

type ValidationsRow = Selectable<ValidationsTable>;

const LOG = { warn: () => undefined, error: () => undefined };

let schema: DeliverySchema;
const runners: RunValidations[] = [];

beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  await schema.begin();
  told = {};
});
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.beforeApplicationShutdown()));
});

type Validate = Destination['validate'];

/** What the steps have told, as `check status`, by the Validate. */
let told: Record<string, ValidationStep[]>;

/** @param publish what the broker does with each step */
function start(validate: Validate, publish: () => Promise<void> = () => Promise.resolve()): RunValidations {
  const publisher = {
    publish: async (_topic: unknown, values: unknown[]): Promise<void> => {
      await publish();
      for (const value of values) {
        const published = ValidationStep.parse(value);
        (told[published.validationId] ??= []).push(published);
      }
    },
  };
  const destination = Object.assign(new TestDestination(), { validate });
  const limits = new KnownLimits(schema.database, new TestDestination() as Destination, LOG);
  const runner = new RunValidations(schema.database, destination, publisher, LOG, limits, OWN_CLOCK);
  runners.push(runner);
  runner.onApplicationBootstrap();
  return runner;
}

const unexpected = (): Promise<never> => Promise.reject(new Error('unexpected'));
const endless = (): Promise<never> => new Promise(() => undefined);

/** What the Validates that were ended without being made, or not any further, say of why. */
function failed(): Record<string, string | undefined> {
  const why = Object.entries(told).map(([validationId, steps]) => [
    validationId,
    steps.find(({ check, status }) => check === 'test-writer' && status === 'failed')?.cause,
  ]);
  return Object.fromEntries(why.filter(([, cause]) => cause !== undefined)) as Record<string, string>;
}

async function openRows(): Promise<ValidationsRow[]> {
  return schema.database.selectFrom('validations').selectAll().where('done_at', 'is', null).execute();
}

/** As if so many seconds more had passed since the Validate came in. */
async function letPass(seconds: number): Promise<void> {
  await sql`update validations set seen_at = seen_at - ${seconds} * interval '1 s',
    taken_until = taken_until - ${seconds} * interval '1 s' where done_at is null`.execute(schema.database);
}

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

function step(changes: Partial<ValidationStep> = {}): ReturnType<typeof received<typeof topics.validations>> {
  return received<typeof topics.validations>({
    validationId: randomUUID(),
    connectionId: CONNECTION,
    at: new Date().toISOString(),
    check: 'credentials',
    status: 'passed',
    tookMs: 0,
    ...changes,
  });
}

describe('the second half of a Validate', () => {
  test('is made once, by one of the instances, with the connection as it is', async () => {
    const made: string[] = [];
    const instances = [1, 2, 3].map(() =>
      start((connection, { asked: { validationId } }) => {
        expect(connection).toMatchObject({ connectionId: CONNECTION, secretVersion: 1 });
        made.push(validationId);
        return Promise.resolve();
      }),
    );
    const due = Array.from({ length: 20 }, () => step());
    await Promise.all(instances.map((instance) => instance.takeIn([...due, ...due])));
    await eventually(() => expect(made).toHaveLength(20));
    expect(new Set(made).size).toBe(20);
    await eventually(async () => expect(await openRows()).toEqual([]));
  });

  test('begins only when the first half has just passed', async () => {
    const made: string[] = [];
    const runner = start((_connection, { asked: { validationId } }) =>
      Promise.resolve(void made.push(validationId)),
    );
    const due = step();
    await runner.takeIn([
      step({ status: 'failed' }),
      step({ check: 'url' }),
      step({ check: 'dynamics' }),
      due,
    ]);
    await eventually(() => expect(made).toEqual([due.value.validationId]));
    const rows = await schema.database.selectFrom('validations').select('validation_id').execute();
    expect(rows).toHaveLength(1);
  });

  test('that broke off is begun anew', async () => {
    let made = 0;
    start(() => ((made += 1) === 1 ? Promise.reject(new Error('the broker is away')) : Promise.resolve()));
    await runners[0]?.takeIn([step()]);
    await eventually(() => expect(made).toBe(1));
    await eventually(async () => {
      await letPass(5);
      expect(made).toBe(2);
    });
    await eventually(async () => expect(await openRows()).toEqual([]));
  });

  test('of a dead instance is made by another, but never while that instance holds on to it', async () => {
    const due = step();
    const dead = start(endless);
    await dead.takeIn([due]);
    await eventually(async () => expect((await openRows())[0]?.begun).toBe(1));
    const held = async (): Promise<number> => (await openRows())[0]?.taken_until.getTime() ?? 0;
    const heldUntil = await held();
    await eventually(async () => expect(await held()).toBeGreaterThan(heldUntil));
    // It dies: nothing of what it does for others on its way out.
    Object.assign(dead, { stopping: true });
    const made: string[] = [];
    start((_connection, { asked: { validationId } }) => Promise.resolve(void made.push(validationId)));
    await eventually(async () => {
      await letPass(5);
      expect(made).toEqual([due.value.validationId]);
    });
    await eventually(async () => expect(await openRows()).toEqual([]));
  });

  test('that an ending instance cannot finish is made by another at once', async () => {
    const first = start(endless);
    const due = step();
    await first.takeIn([due]);
    const takenUntil = schema.database.selectFrom('validations').select('taken_until');
    await eventually(async () => {
      const [row] = await takenUntil.execute();
      expect(row?.taken_until).toBeInstanceOf(Date);
    });
    await runners.pop()?.beforeApplicationShutdown();
    const made: string[] = [];
    start((_connection, { asked: { validationId } }) => Promise.resolve(void made.push(validationId)));
    await eventually(() => expect(made).toEqual([due.value.validationId]));
  });
});

describe('a Validate ends with a reason', () => {
  test('when the event of its connection does not come, but not before it had time to', async () => {
    const made: string[] = [];
    const runner = start((_connection, { asked: { validationId } }) =>
      Promise.resolve(void made.push(validationId)),
    );
    const [unknown, known] = [step({ connectionId: randomUUID() }), step()];
    await runner.takeIn([unknown]);
    await letPass(25);
    await runner.takeIn([known]);
    await eventually(() => expect(made).toEqual([known.value.validationId]));
    expect(failed()).toEqual({});
    await letPass(6);
    await eventually(() =>
      expect(failed()).toEqual({
        [unknown.value.validationId]: expect.stringContaining('has not heard of this connection'),
      }),
    );
    await eventually(async () => expect(await openRows()).toEqual([]));
  });

  test('when its connection was deleted', async () => {
    await schema.database.updateTable('lanes').set({ state: 'deleted' }).execute();
    const due = step();
    await start(unexpected).takeIn([due]);
    await eventually(() =>
      expect(failed()).toEqual({ [due.value.validationId]: expect.stringContaining('was deleted') }),
    );
  });

  test('when it has not come to its end in time; nothing more is told of it then', async () => {
    const due = step({ at: ago(5 * 60_000 - 1_500) });
    let given: AbortSignal | undefined;
    const runner = start((_connection, { signal }) => {
      given = signal;
      return endless();
    });
    await runner.takeIn([due]);
    await eventually(() =>
      expect(failed()).toEqual({
        [due.value.validationId]: expect.stringContaining('not through after five minutes'),
      }),
    );
    expect(given?.aborted).toBe(true);
    await eventually(async () => expect(await openRows()).toEqual([]));
  });

  test('when its time is over while it waits for its test lead, which never comes then', async () => {
    const due = step({ at: ago(5 * 60_000 - 1_500) });
    await start((_connection, steps) => steps.tryTestLead().then(() => undefined)).takeIn([due]);
    const deliveries = schema.database.selectFrom('deliveries').select('lead_id');
    await eventually(async () =>
      expect(await deliveries.execute()).toEqual([{ lead_id: due.value.validationId }]),
    );
    await eventually(() => expect(Object.keys(failed())).toEqual([due.value.validationId]));
    expect(told[due.value.validationId]?.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'test-lead started',
      'test-writer started',
      'test-writer failed',
      'there failed',
      'validate finished',
    ]);
    expect(await deliveries.execute()).toEqual([]);
  });

  test('when no writer was there in time to make it', async () => {
    const due = step({ at: ago(3_600_000) });
    const runner = start(unexpected);
    await runner.takeIn([due]);
    await letPass(31);
    await eventually(() =>
      expect(failed()).toEqual({
        [due.value.validationId]: expect.stringContaining('not through after five minutes'),
      }),
    );
  });

  test('when it breaks off again and again', async () => {
    const due = step();
    const runner = start(unexpected);
    await runner.takeIn([due]);
    await eventually(async () => {
      await letPass(5);
      expect(failed()).toEqual({
        [due.value.validationId]: expect.stringContaining('failed over this Validate again'),
      });
    });
    await eventually(async () => expect(await openRows()).toEqual([]));
  });

  test('also when that could not be told at once', async () => {
    let tries = 0;
    const publish = (): Promise<void> =>
      (tries += 1) === 1 ? Promise.reject(new Error('the broker is away')) : Promise.resolve();
    await schema.database.updateTable('lanes').set({ state: 'deleted' }).execute();
    const due = step();
    await start(unexpected, publish).takeIn([due]);
    await eventually(async () => {
      await letPass(5);
      expect(Object.keys(failed())).toEqual([due.value.validationId]);
    });
    await eventually(async () => expect(await openRows()).toEqual([]));
  });

  test('but not when it has finished, as the topic itself tells', async () => {
    const runner = start(unexpected);
    const [first, second] = [step({ at: ago(3_600_000) }), step({ at: ago(3_600_000) })];
    const over = (due: typeof first): typeof first =>
      step({ ...due.value, check: 'validate', status: 'finished' });
    await runner.takeIn([first]);
    await runner.takeIn([over(first), second, over(second)]);
    await letPass(31);
    await runner.beforeApplicationShutdown();
    expect(await openRows()).toEqual([]);
    expect(failed()).toEqual({});
  });
});
