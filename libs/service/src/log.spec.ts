import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLog } from './log.ts';

test('a secret in a logged object is not written, at whatever depth it usually stands', () => {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const log = createLog({ service: 'test', instance: 'test-1', level: 'info' }, sink);
  log.info({ clientSecret: 'hunter2', request: { headers: { authorization: 'Bearer hunter2' } } }, 'hello');
  expect(lines.join('')).toContain('hello');
  expect(lines.join('')).not.toContain('hunter2');
});
