import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ContactEmail,
  readContactEmails,
  readContactPlaces,
  readMailAddress,
  writeContactEmails,
} from './contact-emails.ts';

const addressesIn = (text: string): string[] => {
  const list = readContactEmails(text);
  if (!list.ok) throw new Error(list.faults.join(' '));
  return list.addresses;
};

describe('the contact list', () => {
  test.each<[string, string, string[]]>([
    [
      'semicolons, blanks and empty places',
      ' a@contoso.example ;; b@contoso.example;',
      ['a@contoso.example', 'b@contoso.example'],
    ],
    [
      'names and brackets',
      'Sales Team <sales@contoso.com>; Ann Lee <ann@contoso.com>',
      ['sales@contoso.com', 'ann@contoso.com'],
    ],
    [
      'names with commas',
      'Lee, Ann <ann@contoso.com>; "Doe; Bob, Jr." <bob@contoso.com>',
      ['ann@contoso.com', 'bob@contoso.com'],
    ],
    [
      'names with commas between commas',
      'Lee, Ann <ann@contoso.com>, Doe, Bob <bob@contoso.com>',
      ['ann@contoso.com', 'bob@contoso.com'],
    ],
    [
      'commas',
      'ann@contoso.com, bob@contoso.com,cleo@contoso.com',
      ['ann@contoso.com', 'bob@contoso.com', 'cleo@contoso.com'],
    ],
    ['lines', 'ann@contoso.com\r\nBob <bob@contoso.com>\n\n', ['ann@contoso.com', 'bob@contoso.com']],
    ['blanks alone', 'ann@contoso.com bob@contoso.com', ['ann@contoso.com', 'bob@contoso.com']],
    [
      'characters that nobody sees',
      '\ufeffann@contoso.com\u200b;\u2068bob@contoso.com\u2069',
      ['ann@contoso.com', 'bob@contoso.com'],
    ],
    [
      'an ampersand and a plus',
      'r&d@contoso.com; sales+leads@contoso.com',
      ['r&d@contoso.com', 'sales+leads@contoso.com'],
    ],
    [
      'domains in any script',
      'info@müller.example; sales@contoso.xn--p1ai; a@例え.テスト',
      ['info@müller.example', 'sales@contoso.xn--p1ai', 'a@例え.テスト'],
    ],
    ['local parts in any script', 'jörg@contoso.com', ['jörg@contoso.com']],
    [
      'links',
      'mailto:ann@contoso.com; Ann <mailto:ann2@contoso.com>',
      ['ann@contoso.com', 'ann2@contoso.com'],
    ],
    [
      'names in any script, and quotes that do not end',
      'Zoë "Z <zoe@contoso.com>; O\u2019Brien <o\u0027brien@contoso.com>',
      ['zoe@contoso.com', 'o\u0027brien@contoso.com'],
    ],
  ])('may have %s', (_, text, addresses) => {
    expect(addressesIn(text)).toEqual(addresses);
  });

  test('keeps what was typed next to what was understood', () => {
    expect(readContactPlaces('Sales Team <sales@contoso.com>; ann@contoso.com; bob@')).toEqual([
      { typed: 'Sales Team <sales@contoso.com>', address: 'sales@contoso.com' },
      { typed: 'ann@contoso.com', address: 'ann@contoso.com' },
      { typed: 'bob@', address: undefined },
    ]);
  });

  test('names each place that is no address or there twice, in whatever way it is written', () => {
    expect(
      readContactEmails(
        'a@contoso.example;nobody;A@contoso.example;b@x.example, c;d@e@f.example;i@müller.example;I <i@xn--mller-kva.example>',
      ),
    ).toEqual({
      ok: false,
      faults: [
        '"nobody" is not an e-mail address.',
        '"c" is not an e-mail address.',
        '"d@e@f.example" is not an e-mail address.',
        '"a@contoso.example" is in the list more than once.',
        '"i@müller.example" is in the list more than once.',
      ],
    });
  });

  test.each(['', ' ; ;', '\u200b'])('needs at least one address: %j', (text) => {
    expect(readContactEmails(text)).toMatchObject({ ok: false });
  });

  test.each([
    ...['ann', '@contoso.com', 'ann@', 'ann@contoso', 'ann@192.0.2.1', 'ann@[192.0.2.1]', 'a b@contoso.com'],
    ...['ann@contoso..com', '.ann@contoso.com', 'ann@-contoso.com', `${'a'.repeat(65)}@contoso.com`],
    ...[
      'ann(comment)@contoso.com',
      'ann@contoso.com\r\nBcc: bob@contoso.com',
      `a@${'b.'.repeat(130)}com`,
      '<ann@contoso.com',
    ],
  ])('%j is no address', (text) => {
    expect(readMailAddress(text)).toBeUndefined();
  });
});

test('what the services tell of a contact is an address of such a list', () => {
  for (const address of [
    'r&d@contoso.com',
    'info@müller.example',
    'sales@contoso.xn--p1ai',
    'ann@contoso.com',
  ])
    expect(ContactEmail.parse(address)).toBe(address);
  for (const wrong of ['Ann <ann@contoso.com>', 'ann@contoso.com\r\nBcc: b@c.example', 'nobody'])
    expect(ContactEmail.safeParse(wrong).success).toBe(false);
});

describe('whatever is pasted', () => {
  test('is read or refused, and what is read is read the same again', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.emailAddress(),
      fc.constantFrom(';', ',', '\n', '<', '>', '"', '\u200b', '@', ' ', 'Ann', '\r\nBcc:'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const list = readContactEmails(pieces.join(''));
        if (!list.ok) return expect(list.faults).not.toEqual([]);
        for (const address of list.addresses) expect(address).not.toMatch(/[\s\p{Cc};<>]/u);
        expect(readContactEmails(writeContactEmails(list.addresses))).toMatchObject({
          addresses: list.addresses,
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test('addresses between any separators and under any names are all found', () => {
    const name = fc.constantFrom('', 'Ann Lee', 'Lee, Ann', '"Lee; Ann"');
    const separator = fc.constantFrom(';', ',', '\n', ' ; ', ', ');
    const addresses = fc.uniqueArray(fc.emailAddress(), {
      minLength: 1,
      maxLength: 10,
      selector: (one) => one.toLowerCase(),
    });
    fc.assert(
      fc.property(addresses, name, separator, (all, called, between) => {
        const list = all.map((one) => (called === '' ? one : `${called} <${one}>`)).join(between);
        expect(addressesIn(list)).toEqual(all);
      }),
    );
  });
});
