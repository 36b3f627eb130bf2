import { expect, test } from '@jest/globals';
import type { AuditLine } from '../audit.ts';
import { RefusedRequests } from './refused-requests.ts';

const NOON = new Date('2026-11-22T12:00:00Z');

test('of refusals alike the first is a line at once, and all others are one line with their count', async () => {
  const lines: AuditLine[] = [];
  const refused = new RefusedRequests((line) => Promise.resolve(void lines.push(line)));
  const stranger = { who: 'unknown requester', why: 'its signature is wrong' };
  for (let index = 0; index < 1_000; index++) {
    await refused.add({ ...stranger, connectionId: `c-${index}` }, NOON);
    await refused.add({ who: 'dynamics-writer', why: 'it has expired' }, NOON);
  }
  expect(lines.map(({ who, connectionId, details }) => ({ who, connectionId, details }))).toEqual([
    { who: 'unknown requester', connectionId: 'c-0', details: { why: stranger.why } },
    { who: 'dynamics-writer', connectionId: undefined, details: { why: 'it has expired' } },
  ]);
  await refused.settle(NOON);
  expect(lines.slice(2).map(({ details }) => details)).toEqual([
    { why: stranger.why, times: 999 },
    { why: 'it has expired', times: 999 },
  ]);
  await refused.settle(NOON);
  expect(lines).toHaveLength(4);
  expect(await refused.add(stranger, NOON)).toBe(true);
  expect(lines).toHaveLength(5);
});

test('a count that cannot be written is kept for the next time', async () => {
  const lines: AuditLine[] = [];
  let isDown = false;
  const refused = new RefusedRequests((line) => {
    if (isDown) return Promise.reject(new Error('the database is away'));
    lines.push(line);
    return Promise.resolve();
  });
  const stranger = { who: 'unknown requester', why: 'its signature is wrong' };
  await refused.add(stranger, NOON);
  await refused.add(stranger, NOON);
  isDown = true;
  await expect(refused.settle(NOON)).rejects.toThrow('away');
  await refused.add(stranger, NOON);
  isDown = false;
  await refused.settle(NOON);
  expect(lines.map(({ details }) => details?.['times'])).toEqual([undefined, 2]);
});
