import { describe, expect, test } from '@jest/globals';
import { MessageLanguage } from '@leads/contracts';
import { catalogue } from './catalogue.ts';
import { pluralIn } from './words.ts';

/** What texts that are made of numbers or secrets are made of here; the others are made of names. */
const VALUES: readonly [RegExp, unknown[]][] = [
  [
    /marks.leads|digest.(title|notice|more)|incident.(more|dead)|request.days|week.(lead|seconds|minutes|hours)/,
    [3, 'ONE'],
  ],
  [/incident.offers/, ['ONE', 3]],
  [/incident.(expiresOn|expiredOn|toBeReplaced|hasExpired)/, ['certificate', 'ONE', 'TWO']],
];

/** Every text, by where it stands; what is made of values is made of some. */
function textsIn(part: unknown, path = ''): [string, string][] {
  if (typeof part === 'string') return [[path, part]];
  if (Array.isArray(part)) return part.flatMap((one, index) => textsIn(one, `${path}.${index}`));
  if (typeof part === 'function') {
    const make = part as (...values: unknown[]) => unknown;
    return textsIn(make(...(VALUES.find(([paths]) => paths.test(path))?.[1] ?? ['ONE', 'TWO'])), path);
  }
  return Object.entries(part as object).flatMap(([name, one]) => textsIn(one, `${path}.${name}`));
}

describe.each(MessageLanguage.options)('the catalogue in %s', (language) => {
  const texts = textsIn(catalogue[language]);

  test('has every text that English has, with something in it', () => {
    expect(texts.map(([path]) => path)).toEqual(textsIn(catalogue.en).map(([path]) => path));
    expect(
      texts.filter(([, text]) => text.trim() === '' || /undefined|NaN|\$\{|\[object/.test(text)),
    ).toEqual([]);
  });

  test('is in that language: few of its texts are the English ones', () => {
    const english = new Map(textsIn(catalogue.en));
    const same = texts.filter(([path, text]) => english.get(path) === text);
    if (language !== 'en') expect(same.length / texts.length).toBeLessThan(0.1);
  });

  test('puts no control character or markup into a mail', () => {
    expect(texts.filter(([, text]) => /[\p{Cc}<>\u2028-\u202e\u2066-\u2069]/u.test(text))).toEqual([]);
  });
});

describe('a number in a sentence', () => {
  test('has the form and the digits of its language', () => {
    const { en, de, fr, es, ja } = catalogue;
    expect([en.marks.leads(1), en.marks.leads(1_200)]).toEqual(['1 lead', '1,200 leads']);
    expect([de.marks.leads(0), de.marks.leads(1_200)]).toEqual(['0 Leads', '1.200 Leads']);
    expect([fr.marks.leads(0), fr.marks.leads(2)]).toEqual(['0 prospect', '2 prospects']);
    expect([es.marks.leads(1), es.marks.leads(1_000_000)]).toEqual([
      '1 cliente potencial',
      '1.000.000 clientes potenciales',
    ]);
    expect(ja.marks.leads(3)).toBe('リード 3 件');
  });

  test('leaves alone what looks like a number’s place in a name', () => {
    expect(catalogue.en.incident.offers('C# tools', 2)).toBe('C# tools and 2 more offers');
    expect(pluralIn('en')(1, { one: (n) => n, other: () => '' })).toBe('1');
  });
});
