import { expect, test } from '@jest/globals';
import { MINUTE_MS } from '@leads/pacing';
import fc from 'fast-check';
import { ServerPace } from './server-pace.ts';

test('no more mails than connections, and one now and then while the server takes nothing', () => {
  const pace = new ServerPace({ connections: 3, perMinute: undefined });
  expect(pace.room(0, 0)).toBe(3);
  expect(pace.room(2, 0)).toBe(1);
  pace.fails('server', 0);
  expect(pace.room(0, 999)).toBe(0);
  expect(pace.room(0, 1_000)).toBe(1);
  expect(pace.room(1, 1_000)).toBe(0);
  for (let times = 0; times < 100; times++) pace.fails('server', 1_000);
  expect(pace.room(0, 15_999)).toBe(0);
  expect(pace.room(0, 16_000)).toBe(1);
  pace.works();
  expect(pace.room(0, 16_000)).toBe(3);
});

test('within any minute no more begin than the server takes', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 200 });
  fc.assert(
    fc.property(waits, fc.integer({ min: 1, max: 40 }), (all, perMinute) => {
      const pace = new ServerPace({ connections: 5, perMinute });
      const begun: number[] = [];
      let now = 0;
      for (const wait of all) {
        now += wait;
        const room = pace.room(0, now);
        pace.began(room, now);
        begun.push(...Array.from({ length: room }, () => now));
        expect(begun.filter((at) => at > now - MINUTE_MS).length).toBeLessThanOrEqual(perMinute);
        if (begun.filter((at) => at > now - MINUTE_MS).length < perMinute) expect(room).toBe(5);
      }
    }),
  );
});
