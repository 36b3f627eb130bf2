import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isAtOwnDomain, isPublicMailDomain, proposedDomains, readMailDomain } from './mail-domains.ts';

describe('a domain', () => {
  test.each([
    ['contoso.com', 'contoso.com'],
    [' @Contoso.COM. ', 'contoso.com'],
    ['mail.contoso.co.uk', 'mail.contoso.co.uk'],
    ['Bücher.example', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['пример.рф', 'xn--e1afmkfd.xn--p1ai'],
  ])('entered as %j is %s', (entered, domain) => {
    expect(readMailDomain(entered)).toBe(domain);
  });

  test.each(
    [
      '',
      'contoso',
      '.com',
      'a..com',
      'ann@contoso.com',
      'contoso.com/x',
      'contoso.com:25',
      '127.0.0.1',
    ].concat([
      '[::1]',
      '0x7f.1',
      '*.contoso.com',
      '-a.com',
      'a_b.com',
      'con toso.com',
      '%63.com',
      'a,b.com',
      'a.com\0',
    ]),
  )('cannot be %j', (entered) => {
    expect(readMailDomain(entered)).toBeUndefined();
  });
});

describe('an address', () => {
  test.each([
    ['ann@contoso.com', true],
    ['ANN@Contoso.Com', true],
    ['ann@sales.contoso.com', true],
    ['ann@xn--bcher-kva.example', true],
    ['ann@mail.bücher.example', true],
    ['ann@evilcontoso.com', false],
    ['ann@contoso.com.evil.example', false],
    ['contoso.com@evil.example', false],
    ['"ann@contoso.com"@evil.example', false],
    ['ann@com', false],
    ['ann@', false],
    ['', false],
  ])('%s is at contoso.com or bücher.example: %s', (address, isOwn) => {
    expect(isAtOwnDomain(address, ['contoso.com', 'xn--bcher-kva.example'])).toBe(isOwn);
  });

  const label = fc
    .stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
    .filter((text) => !/^..--/.test(text));
  const domain = fc
    .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), fc.stringMatching(/^[a-z]{2,6}$/))
    .map(([labels, top]) => [...labels, top].join('.'));

  test('is own at the domain and below it, and nowhere else', () => {
    fc.assert(
      fc.property(domain, domain, label, (own, other, below) => {
        expect(isAtOwnDomain(`ann@${own}`, [own])).toBe(true);
        expect(isAtOwnDomain(`ann@${below}.${own}`, [own])).toBe(true);
        expect(isAtOwnDomain(`ann@${below}${own}`, [own])).toBe(false);
        expect(isAtOwnDomain(`ann@${own}.${other}`, [own])).toBe(
          other === own || other.endsWith(`.${own}`) || `${own}.${other}`.endsWith(`.${own}`),
        );
        expect(isAtOwnDomain(`ann@${own}`, [])).toBe(false);
      }),
    );
  });

  test('never throws, and what is read once reads as itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = readMailDomain(text);
        if (read !== undefined) expect(readMailDomain(read)).toBe(read);
        expect(isAtOwnDomain(text, ['contoso.com'])).toEqual(expect.any(Boolean));
      }),
    );
  });
});

describe('what a sign-in name proposes', () => {
  test('is its domain, and nothing where anybody can have an address', () => {
    expect(proposedDomains('kim@Fabrikam.onmicrosoft.com')).toEqual(['fabrikam.onmicrosoft.com']);
    expect(proposedDomains('kim@gmail.com')).toEqual([]);
    expect(proposedDomains('kim')).toEqual([]);
    expect(isPublicMailDomain('onmicrosoft.com')).toBe(true);
  });
});
