import { expect, test } from '@jest/globals';
import type { Contact } from '@leads/contracts/portal-api';
import { listedContacts } from './contact-words.ts';

const since = '2026-11-22T20:00:00.000Z';

test('each address says how it stands, whatever its case, and one that is not saved yet that it is new', () => {
  const known: Contact[] = [
    { address: 'Ann@partner.example', state: 'waiting', since, askedAt: since },
    { address: 'sales@contoso.com', state: 'own-domain', since },
    { address: 'gone@partner.example', state: 'confirmed', since },
    { address: 'no@partner.example', state: 'declined', since },
  ];
  const listed = listedContacts(
    ['sales@contoso.com', 'ann@partner.example', 'new@partner.example', 'no@partner.example'],
    known,
  );
  expect(listed.map(({ address, words }) => [address, words.word])).toEqual([
    ['sales@contoso.com', 'Own domain'],
    ['ann@partner.example', 'Waiting for confirmation'],
    ['new@partner.example', 'New'],
    ['no@partner.example', 'Declined'],
  ]);
  expect(listed.map(({ waits }) => waits)).toEqual([
    undefined,
    { since, askedAt: since },
    undefined,
    undefined,
  ]);
});
