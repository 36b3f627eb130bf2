import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withoutAddress } from './forward-connections.ts';

test('no lead address is left in whatever is answered', () => {
  const anything = fc.letrec((tie) => ({
    node: fc.oneof(
      fc.string(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('leadAddress', 'versions', 'x'), tie('node')),
    ),
  })).node;
  fc.assert(
    fc.property(anything, (answer) => {
      expect(JSON.stringify(withoutAddress({ leadAddress: 'x', answer }))).not.toContain('"leadAddress":');
    }),
  );
  expect(withoutAddress({ a: [1, null, { leadAddress: 'x', b: true }] })).toEqual({
    a: [1, null, { b: true }],
  });
});
