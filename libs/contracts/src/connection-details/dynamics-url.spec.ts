import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KNOWN_REGIONS, readDynamicsUrl, readRegions } from './dynamics-url.ts';

const read = (text: string): string => {
  const address = readDynamicsUrl(text, KNOWN_REGIONS);
  return address.ok ? `accepted ${address.origin} ${address.signInHost}` : address.fault;
};

describe('the URL of an instance', () => {
  test.each([
    ['https://contoso.crm4.dynamics.com', 'login.microsoftonline.com'],
    ['  https://Contoso.CRM.dynamics.com/ ', 'login.microsoftonline.com'],
    ['https://contoso.api.crm22.dynamics.com', 'login.microsoftonline.com'],
    ['https://contoso.crm9.dynamics.com', 'login.microsoftonline.com'],
    ['https://contoso.crm.microsoftdynamics.us', 'login.microsoftonline.us'],
    ['https://contoso.crm.appsplatform.us', 'login.microsoftonline.us'],
    ['https://contoso.crm.dynamics.cn', 'login.partner.microsoftonline.cn'],
  ])('%s is accepted and signs in at %s', (text, signInHost) => {
    const origin = text.trim().toLowerCase().replace(/\/$/, '');
    expect(read(text)).toBe(`accepted ${origin} ${signInHost}`);
  });

  test.each([
    ['', 'Enter the URL'],
    ['contoso', 'is not a host of Dynamics 365'],
    ['::::', 'This is not a web address'],
    [
      'http://contoso.crm4.dynamics.com',
      'must start with https://. Enter https://contoso.crm4.dynamics.com.',
    ],
    ['contoso.crm4.dynamics.com', 'must start with https://'],
    ['https://contoso.crm4.dynamics.com:8443', 'must not name a port'],
    ['https://contoso.crm4.dynamics.com:443', 'characters that do not belong'],
    ['https://user:pw@contoso.crm4.dynamics.com', 'must not contain a user name or password'],
    ['https://contoso.crm4.dynamics.com/main.aspx?appid=1', 'Enter https://contoso.crm4.dynamics.com.'],
    ['https://contoso.crm4.dynamics.com?x', 'Only the beginning'],
    ['https://contoso.crm4.dynamics.com#', 'Only the beginning'],
    ['https://contoso.crm4.dynamics.com.', 'is not a host of Dynamics 365'],
    ['https:\\\\contoso.crm4.dynamics.com', 'must start with https://'],
    ['https://conto\tso.crm4.dynamics.com', 'characters that do not belong'],
    ['https://10.0.0.1', 'An IP address is not accepted'],
    ['https://2130706433', 'An IP address is not accepted'],
    ['https://[::1]', 'An IP address is not accepted'],
    ['https://contoso.crm4.dynamics.com.evil.example', 'must end in a region of Microsoft'],
    ['https://evil.example/contoso.crm4.dynamics.com', 'is not a host of Dynamics 365'],
    ['https://evil.example#contoso.crm4.dynamics.com', 'is not a host of Dynamics 365'],
    ['https://contoso.crm4.dynamics.com@evil.example', 'is not a host of Dynamics 365'],
    ['https://contoso.crm4-dynamics.com', 'must end in a region of Microsoft'],
    ['https://a.b.crm4.dynamics.com', 'must end in a region of Microsoft'],
    ['https://contoso.crm99.dynamics.com', 'ask the operators'],
    ['https://contoso.crm10.dynamics.com', 'test ring'],
    ['https://contoso.crm.microsoftdynamics.de', 'is closed'],
    ['https://globaldisco.crm.dynamics.com', 'not an instance'],
    ['https://crm4.dynamics.com', 'name of your organization is missing'],
    ['https://-contoso.crm4.dynamics.com', 'cannot be the name of an organization'],
    ['https://crm.contoso.example', 'on-premises'],
  ])('%s is refused with words that help', (text, words) => {
    expect(read(text)).toContain(words);
  });

  test('whatever is accepted, every parser reads as that host, and as nothing more', () => {
    const pieces = fc.constantFrom(
      ...[
        'https://',
        'http://',
        'contoso',
        '.crm4',
        '.api',
        '.dynamics.com',
        '.crm.dynamics.cn',
        '/',
        '\\',
        '@',
      ],
      ...[
        ':',
        '443',
        '#',
        '?',
        '..',
        '.',
        'evil.example',
        '%2e',
        '\u3002',
        '\uff0f',
        '\t',
        '\n',
        ' ',
        'ＣＲＭ',
        'xn--',
      ],
    );
    const texts = fc.oneof(
      fc.array(pieces, { maxLength: 9 }).map((parts) => parts.join('')),
      fc
        .tuple(
          fc.constant('https://contoso.crm4.dynamics.com'),
          fc.nat(34),
          fc.string({ maxLength: 3, unit: 'binary' }),
        )
        .map(([good, at, more]) => good.slice(0, at) + more + good.slice(at)),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const address = readDynamicsUrl(text, KNOWN_REGIONS);
        if (!address.ok) return expect(address.fault).toMatch(/^[^]+\.$/);
        const url = new URL(text.trim());
        expect(url.href).toBe(`${address.origin}/`);
        expect(url.protocol).toBe('https:');
        const [organization, suffix] = [address.organization, address.region];
        expect(url.host.replace('.api.', '.')).toBe(`${organization}.${suffix}`);
        expect(KNOWN_REGIONS.get(suffix)).toBe(address.signInHost);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('the setting DYNAMICS_REGIONS', () => {
  test('adds regions, each with its cloud', () => {
    const regions = readRegions('crm23.dynamics.com, crm2.microsoftdynamics.us=login.microsoftonline.us');
    expect(regions.get('crm23.dynamics.com')).toBe('login.microsoftonline.com');
    expect(regions.get('crm2.microsoftdynamics.us')).toBe('login.microsoftonline.us');
    expect(regions.get('crm4.dynamics.com')).toBe('login.microsoftonline.com');
  });

  test.each(['com', 'dynamics.com', 'crm23.dynamics.com=evil.example', 'https://crm23.dynamics.com'])(
    'refuses %s',
    (setting) => {
      expect(() => readRegions(setting)).toThrow('is not');
    },
  );
});
