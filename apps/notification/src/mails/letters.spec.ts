import { describe, expect, test } from '@jest/globals';
import { type IncidentState, IncidentTransition } from '@leads/contracts';
import fc from 'fast-check';
import { incidentOf } from '../testing/written-leads.ts';
import { type Concerned, lettersOf, openingOf, toldBy } from './letters.ts';

const INCIDENT = '11111111-0000-4000-8000-000000000001';
const connection = (number: number, ...contacts: string[]): Concerned => ({
  connectionId: `22222222-0000-4000-8000-${String(number).padStart(12, '0')}`,
  title: `Offer ${number}`,
  organization: null,
  contacts,
});

describe('the letters of a transition', () => {
  test('are one a contact, each about the offers of that contact alone', () => {
    const concerned = [connection(1, 'ann@contoso.com', 'bob@contoso.com'), connection(2, 'Ann@Contoso.com')];
    const letters = lettersOf(INCIDENT, 'opened', 1, concerned);
    expect(letters.map(({ contact, offers }) => [contact, offers.map(({ title }) => title)])).toEqual([
      ['ann@contoso.com', ['Offer 1', 'Offer 2']],
      ['bob@contoso.com', ['Offer 1']],
    ]);
    expect(letters[0]?.offers[0]).not.toHaveProperty('contacts');
  });

  test('are the same letter where they say the same, but for reminders', () => {
    const letterId = (
      told: 'opened' | 'reminded' | 'resolved',
      version: number,
      contact = 'ann@contoso.com',
    ) => lettersOf(INCIDENT, told, version, [connection(1, contact)])[0]?.aboutId;
    expect(letterId('opened', 1)).toBe(letterId('opened', 7));
    expect(letterId('opened', 1)).toBe(openingOf(INCIDENT, 'ANN@contoso.com'));
    expect(letterId('resolved', 8)).not.toBe(letterId('opened', 8));
    expect(letterId('reminded', 2)).not.toBe(letterId('reminded', 3));
    expect(letterId('opened', 1)).not.toBe(letterId('opened', 1, 'bob@contoso.com'));
    expect(letterId('opened', 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('never name an offer to who is no contact of it', () => {
    const contact = fc.constantFrom('a@x.com', 'b@x.com', 'c@x.com', 'A@x.com');
    const concerned = fc
      .array(fc.array(contact), { maxLength: 9 })
      .map((all) => all.map((contacts, index) => connection(index, ...contacts)));
    fc.assert(
      fc.property(concerned, (all) => {
        const letters = lettersOf(INCIDENT, 'opened', 1, all);
        expect(new Set(letters.map(({ aboutId }) => aboutId)).size).toBe(letters.length);
        for (const one of all) {
          const told = letters.filter(({ offers }) =>
            offers.some((each) => each.connectionId === one.connectionId),
          );
          expect(new Set(told.map((letter) => letter.contact.toLowerCase()))).toEqual(
            new Set(one.contacts.map((each) => each.toLowerCase())),
          );
        }
      }),
    );
  });
});

test('flap: an incident of twenty connections that comes and goes a hundred times is three mails a contact', () => {
  const concerned = Array.from({ length: 20 }, (_, number) =>
    connection(number, 'ann@x.com', `only-${number}@x.com`),
  );
  const said: [IncidentTransition, IncidentState][] = [['opened', 'open']];
  for (let round = 0; round < 100; round += 1) {
    said.push(...concerned.map((): [IncidentTransition, IncidentState] => ['changed', 'open']));
    said.push(['changed', 'resolved']);
    if (round === 60) said.push(['reminded', 'open']);
  }
  said.push(['resolved', 'resolved']);
  // Every transition comes twice.
  const letters = [...said, ...said].flatMap(([transition, state], index) => {
    const told = toldBy(transition, incidentOf([], { state }));
    return told ? lettersOf(INCIDENT, told, 1 + (index % said.length), concerned) : [];
  });
  const mails = Map.groupBy(
    new Map(letters.map((letter) => [letter.aboutId, letter])).values(),
    ({ contact }) => contact,
  );
  expect(mails.size).toBe(21);
  for (const [contact, own] of mails) {
    expect(own).toHaveLength(3);
    for (const { offers } of own) expect(offers).toHaveLength(contact === 'ann@x.com' ? 20 : 1);
  }
});

test.each([
  ['opened', 'open', 'opened'],
  ['changed', 'open', 'opened'],
  ['reminded', 'open', 'reminded'],
  ['acknowledged', 'open', undefined],
  ['opened', 'acknowledged', undefined],
  ['changed', 'acknowledged', undefined],
  ['reminded', 'acknowledged', undefined],
  ['opened', 'resolved', undefined],
  ['changed', 'resolved', undefined],
  ['resolved', 'resolved', 'resolved'],
] as const)('%s of an incident that is %s by now tells: %s', (transition, state, told) => {
  expect(IncidentTransition.options).toContain(transition);
  expect(toldBy(transition, incidentOf([], { state }))).toBe(told);
});
