import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeServiceKeys } from '@leads/testing';
import { z } from 'zod';
import { fileContent } from './file-content.ts';
import { kafkaOf, readSettings, serviceSettings, standInOrigin } from './settings.ts';

let folder: string;
let COMPLETE: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/settings-`);
  const keys = await writeServiceKeys(folder);
  COMPLETE = {
    ...{ KAFKA_BROKERS: 'a:1, b:2', DATABASE_URL: 'postgres://db', HTTP_PORT: '4000' },
    ...keys.settingsOf('portal'),
  };
});
afterAll(() => rm(folder, { recursive: true }));

/** What a faulty environment makes the service say. */
function complaint(environment: Record<string, string>, shape: z.ZodRawShape): string {
  let said = '';
  expect(() =>
    readSettings(environment, shape, (message) => {
      said = message;
      throw new Error('ended');
    }),
  ).toThrow('ended');
  return said;
}

describe('settings', () => {
  test('are read with their defaults', () => {
    expect(readSettings({ ...COMPLETE, LOG_LEVEL: '' }, serviceSettings)).toMatchObject({
      KAFKA_BROKERS: ['a:1', 'b:2'],
      HTTP_PORT: 4000,
      HTTP_HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
    });
  });

  test('all faults are named at once', () => {
    const said = complaint({ KAFKA_BROKERS: 'a:1', HTTP_PORT: 'x' }, serviceSettings);
    expect(said).toContain('DATABASE_URL is not set.');
    expect(said).toContain('HTTP_PORT is not usable');
  });

  test('a faulty value is never repeated: it may be a secret', () => {
    const said = complaint({ MASTER_KEY: 'hunter2' }, { MASTER_KEY: z.string().length(44) });
    expect(said).toContain('MASTER_KEY is not usable');
    expect(said).not.toContain('hunter2');
  });

  test('a file that is not there is a fault of its setting', () => {
    expect(complaint({ KEY_FILE: '/nowhere/at-all' }, { KEY_FILE: fileContent })).toContain(
      'KEY_FILE is not usable: the file cannot be read (ENOENT).',
    );
  });

  test('of an address only the origin is kept', () => {
    const shape = { RESOLVER: standInOrigin };
    expect(readSettings({ RESOLVER: 'http://127.0.0.1:4010/x' }, shape).RESOLVER).toBe(
      'http://127.0.0.1:4010',
    );
    expect(readSettings({}, shape).RESOLVER).toBeUndefined();
  });

  test('a stand-in for Microsoft is refused in production, in a sentence that says what to do', () => {
    const shape = { RESOLVER: standInOrigin };
    const said = complaint({ RESOLVER: 'http://127.0.0.1:4010', NODE_ENV: 'production' }, shape);
    expect(said).toContain('RESOLVER sends what is meant for Microsoft elsewhere');
    expect(said).toContain('take it away');
    expect(said).not.toContain('4010');
    expect(readSettings({ RESOLVER: '', NODE_ENV: 'production' }, shape).RESOLVER).toBeUndefined();
  });
});

describe('the settings of the broker', () => {
  const read = (environment: Record<string, string>): string => {
    const settings = readSettings({ ...COMPLETE, ...environment }, serviceSettings);
    try {
      return kafkaOf(settings, 'portal', (message) => {
        throw new Error(message);
      }).clientId;
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('are those of the service', () => {
    expect(read({})).toBe('portal');
  });

  test('do not go with the key of another service', () => {
    const settings = readSettings(COMPLETE, serviceSettings);
    const kafkaAs = (service: 'portal' | 'credentials') =>
      kafkaOf(settings, service, (message) => {
        throw new Error(message);
      });
    expect(kafkaAs('portal').signing?.key.kid).toBe('portal');
    expect(() => kafkaAs('credentials')).toThrow(
      'The service cannot start. SERVICE_SIGNING_KEY_FILE is not the key of credentials',
    );
  });

  test('that do not go together stop the service in one sentence', () => {
    expect(read({ NODE_ENV: 'production' })).toMatch(
      /^The service cannot start\. KAFKA_SECURITY_PROTOCOL is PLAINTEXT/,
    );
  });
});
