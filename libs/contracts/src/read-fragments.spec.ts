import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFragments } from './read-fragments.ts';
import { unknownFieldsIn } from './unknown-fields.ts';

/** As the documentation prints it: the comma after `Description` is missing. */
const PRINTED = `{
  "userDetails": {
    "firstName": "Some", "lastName": "One", "email": "some.one@contoso.example", "phone": "16175555555",
    "country": "USA", "company": "Contoso \\"Ltd\\"", "title": "Developer"
  },
  "leadSource": "AzureMarketplace",
  "actionCode": "INS",
  "offerTitle": "Test Offer",
  "description": "Test Description"
  "more": 5
}`;

describe('of a body that holds no whole lead is understood', () => {
  test('everything, where a comma is missing', () => {
    const { lead, names } = readFragments(PRINTED, undefined);
    expect(lead).toEqual({
      customer: {
        ...{ firstName: 'Some', lastName: 'One', email: 'some.one@contoso.example', phone: '16175555555' },
        ...{ country: 'USA', company: 'Contoso "Ltd"', title: 'Developer' },
      },
      ...{ leadSource: 'AzureMarketplace', actionCode: 'INS', offerTitle: 'Test Offer' },
      description: 'Test Description',
    });
    expect(names).toContain('more');
  });

  test.each([
    [
      'what comes before it was cut off',
      '{"userDetails":{"firstName":"Ana","email":"ana@ada',
      'Ana',
      'ana@ada',
    ],
    [
      'a customer that is text',
      '{"userDetails":"{\\"firstName\\":\\"Ana\\",\\"email\\":\\"a@b.example\\"}" x',
      'Ana',
      'a@b.example',
    ],
    ['lines of a text', 'Hello,\nFirst name: Ana\nE-Mail = a@b.example\n', 'Ana', 'a@b.example'],
  ])('%s', (_, text, firstName, email) => {
    expect(readFragments(text, undefined).lead.customer).toMatchObject({ firstName, email });
  });

  test('what stands anywhere in JSON that names nobody', () => {
    const { lead, names } = readFragments('', {
      a: [{ company: 'Adatum' }, { b: { Country: 'MX' } }],
      c: null,
    });
    expect(lead.customer).toMatchObject({ company: 'Adatum', country: '', email: '' });
    expect(names).toEqual(['c', 'company', 'country']);
  });

  test.each([
    ['in a list', [{ firstName: 'Ann' }, { phone: '1', company: 'Fabrikam' }]],
    ['in lists below others', { value: [{ x: [{ id: 1 }] }, { x: [{ firstName: 'Ann' }] }, { phone: '1' }] }],
    ['in lists that are text', { value: JSON.stringify([{ firstName: 'Ann' }, { phone: '1' }]) }],
  ])('of several %s the first that has fields of a lead, and never a mixture', (_, body) => {
    const { lead, names, isOne } = readFragments('', body);
    expect(lead.customer).toMatchObject({ firstName: 'Ann', phone: '', company: '' });
    expect([names.includes('phone'), isOne]).toEqual([true, false]);
  });

  test.each([
    '[{"userDetails": {"firstName": "Ann"}}, {"userDetails": {"phone": "1"} "x": 1}]',
    '{"firstName": "Ann", "a": {"b": 1}}\n{"phone": "1"}\n',
  ])('of several in a text that is no JSON the first alone: %s', (text) => {
    const { lead, names, isOne } = readFragments(text, undefined);
    expect(lead.customer).toMatchObject({ firstName: 'Ann', phone: '' });
    expect([names.includes('phone'), isOne]).toEqual([true, false]);
  });

  test('one where lists hold what is none', () => {
    expect(
      readFragments('', { email: ['a@b.example', 'c@d.example'], tags: [{ id: 1 }, { id: 2 }] }),
    ).toMatchObject({
      ...{ isOne: true, lead: { customer: { email: 'a@b.example' } } },
    });
    expect(readFragments(PRINTED, undefined).isOne).toBe(true);
  });

  test.each(['[]', 'null', '"x"', ''])('nothing of %s', (text) => {
    const { lead, names } = readFragments(text, text === '' ? undefined : (JSON.parse(text) as unknown));
    expect(Object.values({ ...lead, ...lead.customer, customer: '' }).join('')).toBe('');
    expect(names).toEqual([]);
  });

  test('any text in a short time, and never with an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        expect(readFragments(text, undefined).lead.customer).toBeDefined();
      }),
    );
    for (const part of ['"\\"', '"a":"', '{"a":', ' :', 'a'.repeat(50) + ' ', '\\']) {
      const began = performance.now();
      readFragments(part.repeat(65_536 / part.length), undefined);
      expect(performance.now() - began).toBeLessThan(2_000);
    }
  });
});

describe('a field that is not known', () => {
  test('is told by name and kind, below what it stands in, and never by its value', () => {
    const fields = unknownFieldsIn({
      userDetails: JSON.stringify({ email: 'a@b.example', middleName: 'secret', age: 5 }),
      LeadSource: 'X',
      consent: { given: 'secret' },
      'ana@b.example': true,
    });
    expect(fields).toEqual([
      { name: 'userDetails.middleName', kind: 'text' },
      { name: 'userDetails.age', kind: 'number' },
      { name: 'consent', kind: 'object' },
      { name: '(a name that may be a value)', kind: 'yes or no' },
    ]);
    expect(JSON.stringify(fields)).not.toMatch(/secret|ana@/);
  });

  test('is none of those that every published shape has', () => {
    const row = {
      PartitionKey: '',
      RowKey: '',
      Timestamp: '',
      CreatedTime: '',
      CustomerInfo: '{}',
      ProductId: '',
      OfferDisplayName: '',
    };
    const form = {
      first_name: ['A'],
      last_name: ['B'],
      oid: ['1'],
      encoding: ['UTF-8'],
      lead_source: ['X'],
      'First Name': [''],
    };
    expect([row, form, [row, form], 'x', null].flatMap(unknownFieldsIn)).toEqual([]);
  });

  test('of many bodies or names no more than twenty are told', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, 1]));
    expect(unknownFieldsIn([many, many])).toHaveLength(20);
  });
});
