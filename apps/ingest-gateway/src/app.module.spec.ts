import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach, expect, jest, test } from '@jest/globals';
import { OutboxRelay } from '@leads/database';
import { Publisher } from '@leads/kafka';
import { Housekeeping, LOG, READINESS_CHECKS, SETTINGS } from '@leads/service';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { AppModule } from './app.module.ts';
import { startOptions } from './start-options.ts';

let app: NestFastifyApplication | undefined;
afterEach(() => app?.close());

/** A database that takes every statement and has no rows. */
const emptyDatabase = () =>
  new Kysely<object>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (database) => new PostgresIntrospector(database),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });

test('anything of the gateway can be replaced in a test, which then needs no database, no broker and no settings', async () => {
  const relay = { wake: jest.fn(), stop: jest.fn() };
  const publisher = { disconnect: jest.fn() };
  const log = { info: jest.fn(), debug: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(SETTINGS)
    .useValue({
      KAFKA_BROKERS: [],
      KAFKA_TOPIC_PREFIX: '',
      SERVICE_KEYS_FILE: [],
      POSTS_PER_MINUTE: 1,
      UNKNOWN_ADDRESSES_PER_MINUTE: 1,
    })
    .overrideProvider(LOG)
    .useValue(log)
    .overrideProvider(Kysely)
    .useValue(emptyDatabase())
    .overrideProvider(Publisher)
    .useValue(publisher)
    .overrideProvider(OutboxRelay)
    .useValue(relay)
    .overrideProvider(Housekeeping)
    .useValue({})
    .overrideProvider(READINESS_CHECKS)
    .useValue([])
    .compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await startOptions.prepare?.(app);
  await app.init();

  expect((await app.inject({ method: 'GET', url: '/health/ready' })).json()).toEqual({ status: 'ready' });
  const refused = await app.inject({ method: 'POST', url: '/leads/nobodys', payload: {} });
  expect(refused.statusCode).toBe(404);
  expect(log.debug).toHaveBeenCalledWith(expect.objectContaining({ status: 404 }), 'lead refused');
  const guessed = await app.inject({ method: 'POST', url: '/leads/anothers', payload: {} });
  expect(guessed.statusCode).toBe(429);

  await app.close();
  expect(relay.stop).toHaveBeenCalled();
  expect(publisher.disconnect).toHaveBeenCalled();
});

test('without settings the application is not created, and the process says which are missing', async () => {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const exit = jest.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('ended');
  });
  const creating = Test.createTestingModule({ imports: [AppModule] }).compile();
  await expect(creating).rejects.toThrow('ended');
  expect(exit).toHaveBeenCalledWith(2);
  expect(write).toHaveBeenCalledWith(expect.stringContaining('DATABASE_URL is not set.'));
  jest.restoreAllMocks();
});
