import { expect, test } from '@jest/globals';
import { targetAddress } from './target-address.ts';

const id = '7b9f5b1e-1d2c-4b3a-9c8d-000000000001';

test('leads, connections and incidents lead to their pages', () => {
  expect(targetAddress('opened the lead', id)).toBe(`/leads/${id}`);
  expect(targetAddress('took the incident on', id)).toBe(`/incidents/${id}`);
  expect(targetAddress('paused the connection', id)).toBe(`/offers/${id}`);
  expect(targetAddress('revealed the lead address', id)).toBe(`/offers/${id}`);
});

test('what is gone or has no page leads nowhere', () => {
  expect(targetAddress('deleted the connection', id)).toBeUndefined();
  expect(targetAddress('exported leads', undefined)).toBeUndefined();
  expect(targetAddress('registered the publisher', 'contoso')).toBeUndefined();
});
