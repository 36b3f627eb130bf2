import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { topics, ValidationStep } from '@leads/contracts';
import { eventually } from '@leads/testing';
import { RunValidations } from './run-validations.ts';
import { CONNECTION, received, startWriterSchema, type WriterSchema } from './testing/writer-schema.ts';
import type { Validated } from './validate-connection.ts';

const LOG = { warn: () => undefined, error: () => undefined };

let schema: WriterSchema;
const runners: RunValidations[] = [];

beforeAll(async () => {
  schema = await startWriterSchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  await schema.begin();
});
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.beforeApplicationShutdown()));
});

function start(make: (validationId: string, connection: Validated) => Promise<void>): RunValidations {
  const runner = new RunValidations(schema.database, make, LOG);
  runners.push(runner);
  runner.onApplicationBootstrap();
  return runner;
}

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
      start((validationId, connection) => {
        expect(connection).toMatchObject({ connectionId: CONNECTION, secretVersion: 1 });
        made.push(validationId);
        return Promise.resolve();
      }),
    );
    const due = Array.from({ length: 20 }, () => step());
    await Promise.all(instances.map((instance) => instance.takeIn([...due, ...due])));
    await eventually(() => expect(made).toHaveLength(20));
    expect(new Set(made).size).toBe(20);
    const done = schema.database.selectFrom('validations').select('done_at').where('done_at', 'is', null);
    await eventually(async () => expect(await done.execute()).toEqual([]));
  });

  test('begins only when the first half has just passed', async () => {
    const made: string[] = [];
    const runner = start((validationId) => Promise.resolve(void made.push(validationId)));
    const due = step();
    await runner.takeIn([
      step({ status: 'failed' }),
      step({ check: 'url' }),
      step({ check: 'dynamics' }),
      step({ at: new Date(Date.now() - 3_600_000).toISOString() }),
      due,
    ]);
    await eventually(() => expect(made).toEqual([due.value.validationId]));
    const rows = await schema.database.selectFrom('validations').select('validation_id').execute();
    expect(rows).toHaveLength(1);
  });

  test('that broke off is begun anew by another', async () => {
    let made = 0;
    start(() => ((made += 1) === 1 ? Promise.reject(new Error('the broker is away')) : Promise.resolve()));
    await runners[0]?.takeIn([step()]);
    await eventually(() => expect(made).toBe(1));
    await schema.database
      .updateTable('validations')
      .set({ taken_until: new Date(0) })
      .execute();
    await eventually(() => expect(made).toBe(2));
  });

  test('that an ending instance cannot finish is made by another at once', async () => {
    const first = start(() => new Promise(() => undefined));
    const due = step();
    await first.takeIn([due]);
    const takenUntil = schema.database.selectFrom('validations').select('taken_until');
    await eventually(async () => {
      const [row] = await takenUntil.execute();
      expect(row?.taken_until).toBeInstanceOf(Date);
    });
    await runners.pop()?.beforeApplicationShutdown();
    const made: string[] = [];
    start((validationId) => Promise.resolve(void made.push(validationId)));
    await eventually(() => expect(made).toEqual([due.value.validationId]));
  });
});
