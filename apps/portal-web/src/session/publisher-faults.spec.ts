import { expect, test } from '@jest/globals';
import { PublisherRegistration } from '@leads/contracts/portal-api';
import fc from 'fast-check';
import { publisherFaults } from './publisher-faults.ts';

test('what the console lets through is what the portal accepts', () => {
  const id = fc.oneof(fc.string({ maxLength: 60 }), fc.stringMatching(/^[a-zA-Z0-9_-]{0,52}$/));
  fc.assert(
    fc.property(fc.record({ id, name: fc.string({ maxLength: 210 }) }), (entered) => {
      const isAccepted = PublisherRegistration.safeParse(entered).success;
      expect(Object.keys(publisherFaults(entered)).length === 0).toBe(isAccepted);
    }),
  );
});
