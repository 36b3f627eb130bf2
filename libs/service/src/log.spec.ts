import { spawn } from 'node:child_process';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { createLog } from './log.ts';

/** What is written of something that is logged. */
function lineOf(fields: object): Record<string, unknown> {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  createLog({ service: 'test', instance: 'test-1', level: 'info' }, sink).info(fields, 'hello');
  return JSON.parse(lines.join('')) as Record<string, unknown>;
}

test.each<[string, object]>([
  ['itself', { clientSecret: 'hunter2' }],
  ['in an object', { headers: { authorization: 'Bearer hunter2' } }],
  ['in an object of an object', { request: { headers: { authorization: 'Bearer hunter2' } } }],
  ['in a list', { connections: [{ password: 'hunter2' }] }],
  ['in an error', { error: Object.assign(new Error('no'), { accessToken: 'hunter2' }) }],
  ['in what an error has', { error: Object.assign(new Error('no'), { config: { secret: 'hunter2' } }) }],
  ['in an error of another name', { cause: Object.assign(new Error('no'), { masterKey: 'hunter2' }) }],
])('a secret %s is not written', (_, fields) => {
  const line = JSON.stringify(lineOf(fields));
  expect(line).toContain('hello');
  expect(line).toContain('[secret]');
  expect(line).not.toContain('hunter2');
});

test('what is logged stays as it was, and is written as it is but for its secrets', () => {
  const fields = { list: [1, { password: 'hunter2', at: new Date(0) }], none: undefined, secret: undefined };
  expect(lineOf(fields)).toMatchObject({
    list: [1, { password: '[secret]', at: new Date(0).toISOString() }],
  });
  expect(lineOf(fields)).not.toHaveProperty('secret');
  expect(fields.list[1]).toMatchObject({ password: 'hunter2' });
});

test('an error is written with its kind, its message, where it came from and what it has besides', () => {
  const { error } = lineOf({
    error: Object.assign(new TypeError('no', { cause: new Error('why') }), { code: 'E' }),
  });
  expect(error).toMatchObject({ type: 'TypeError', message: 'no: why', code: 'E' });
  expect((error as { stack: string }).stack).toContain('log.spec');
});

test.each(['exit', 'fatal', 'signal'])(
  'what was logged is written before the process ends (%s)',
  async (how) => {
    const fixture = fileURLToPath(new URL('./log.fixture.ts', import.meta.url));
    const options = ['--conditions=leads-source', '--experimental-transform-types', '--no-warnings'];
    const child = spawn(process.execPath, [...options, fixture, how], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {},
    });
    const lines = (await text(child.stdout)).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'one',
      'two',
      'three',
      'last',
    ]);
  },
);
