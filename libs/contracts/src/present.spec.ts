import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { present } from './present.ts';

test('what is undefined is not there; everything else is as it was, null and nothing included', () => {
  const value = fc.oneof(fc.constant(undefined), fc.constant(null), fc.string(), fc.nat(), fc.boolean());
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), (values) => {
      const kept = present(values);
      expect(Object.values(kept)).not.toContain(undefined);
      expect(JSON.stringify(kept)).toBe(JSON.stringify(values));
    }),
  );
});

test('fields that must be there stay required in the type, the others become optional ones', () => {
  const kept: { id: string; note?: string } = present({ id: 'a', note: undefined as string | undefined });
  expect(kept).toEqual({ id: 'a' });
});
