/** Bodies of every kind, made of chance that can be repeated: the same seed and part give the same ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHAPES, spelled, SPELLINGS } from '@leads/contracts/testing';
import fc from 'fast-check';
import { root } from '@leads/tools';
import type { Body } from './body.ts';
import { type Mutation, MUTATION_NAMES, mutate } from './mutate.ts';
import { address, anyValue, NO_NUMBERS, NUMBERS, text } from './texts.ts';
import { sent, sentAnyhow } from './wire.ts';

const samples = join(root, 'libs', 'contracts', 'samples', 'marketplace');
const SAMPLES = readdirSync(samples)
  .sort()
  .map((name) => readFileSync(join(samples, name)));

const customer = fc.record(
  { firstName: text, lastName: text, email: address, phone: text, country: text, company: text, title: text },
  { requiredKeys: ['email'] },
);
const others = fc.record(
  { leadSource: text, actionCode: text, offerTitle: text, description: text },
  { requiredKeys: [] },
);
const spelling = fc.constantFrom(...SPELLINGS);

/** A lead in a published shape, and its address. */
const lead = fc
  .tuple(customer, others, fc.constantFrom(...SHAPES), spelling)
  .map(([person, facts, shape, spell]) => ({
    email: person.email,
    value: shape(spelled(person, spell), spelled(facts, spell)),
  }));

const escaped = (json: string): string =>
  json.replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** JSON as one program or the other writes it. */
const written = (value: unknown): fc.Arbitrary<string> =>
  fc.constantFrom(
    ...[JSON.stringify(value), JSON.stringify(value, undefined, 2), escaped(JSON.stringify(value))],
  );

const ofShape = lead.chain(({ email, value }) =>
  written(value)
    .chain(sent)
    .map((wire): Body => ({ kind: 'shape', ...wire, holds: [email] })),
);

const ofList = fc
  .uniqueArray(fc.tuple(customer, others), { minLength: 2, maxLength: 5, selector: ([{ email }]) => email })
  .chain((leads) =>
    written(leads.map(([userDetails, facts]) => ({ userDetails, ...facts })))
      .chain(sent)
      .map((wire): Body => ({ kind: 'list', ...wire, holds: leads.map(([{ email }]) => email) })),
  );

const FORM_NAMES: Record<string, string> = {
  firstName: 'first_name',
  lastName: 'last_name',
  leadSource: 'lead_source',
};

/** A form, its texts as bytes of UTF-8 or of Latin-1. */
const ofForm = fc
  .tuple(customer, others, fc.boolean(), fc.constantFrom('', ' ', '\r\n'))
  .map(([person, facts, isLatin, end]): Body => {
    const pairs = Object.entries({ ...person, ...facts }).map(([key, value]) => {
      const bytes = Buffer.from(value, isLatin ? 'latin1' : 'utf8').toString('latin1');
      const hidden = bytes.replace(
        /[^\w@.-]/g,
        (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`,
      );
      return `${FORM_NAMES[key] ?? key}=${hidden}`;
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { kind: 'form', bytes: Buffer.from(pairs.join('&') + end), headers, holds: [person.email] };
  });

const NAMES = [
  ...[
    'userDetails',
    'UserDetails',
    'CustomerInfo',
    'firstName',
    'LastName',
    'EMAIL',
    'email_address',
    'phone',
    'title',
  ],
  ...[
    'leadSource',
    'LeadSource',
    'actionCode',
    'offerTitle',
    'description',
    'data',
    'body',
    'value',
    'headers',
    'lead',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'name',
    'fullName',
    '',
    ' ',
    'company',
    'country',
    'contact',
    'length',
  ],
];
const asWritten = (numbers: readonly string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...numbers.map((number) => `#${number}`));
const nearValue = fc.oneof(
  { weight: 20, arbitrary: anyValue },
  { weight: 20, arbitrary: address },
  { weight: 15, arbitrary: asWritten(NUMBERS) },
  { weight: 1, arbitrary: asWritten(NO_NUMBERS) },
);

/** JSON that has the names of a lead and anything in them; numbers stand as they are written here. */
const near = fc
  .array(
    fc.tuple(
      fc.constantFrom(...NAMES),
      fc.oneof(nearValue, fc.dictionary(fc.constantFrom(...NAMES), nearValue)),
    ),
    {
      maxLength: 8,
    },
  )
  .map(
    (fields) => `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`,
  )
  .map((json) => json.replace(/"#([^"]+)"/g, '$1'))
  .chain(sent)
  .map((wire): Body => ({ kind: 'near', ...wire }));

const ofJson = anyValue
  .chain((value) => sent(JSON.stringify(value)))
  .map((wire): Body => ({ kind: 'json', ...wire }));

const neutral = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('red', '', 'order 5', '\0', '李'),
);
const NEUTRAL_NAMES = [
  'order',
  'id',
  'price',
  'colour',
  'items',
  'state',
  'country',
  'offerTitle',
  'description',
  'x',
];

/** JSON in which nobody and nothing of the marketplace is. */
const ofNobody = fc
  .dictionary(
    fc.constantFrom(...NEUTRAL_NAMES),
    fc.oneof(
      neutral,
      fc.array(neutral, { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...NEUTRAL_NAMES), neutral),
    ),
    { maxKeys: 6 },
  )
  .chain((value) => sent(JSON.stringify(value)))
  .map((wire): Body => ({ kind: 'nobody', ...wire, holds: [] }));

const mutation: fc.Arbitrary<Mutation> = fc.record({
  name: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...MUTATION_NAMES) },
    { weight: 1, arbitrary: fc.constantFrom('value', 'key', 'insert', 'flip', 'overwrite', 'upper', 'wrap') },
  ),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  by: fc.nat(255),
});
const ofSample = fc
  .tuple(fc.constantFrom(...SAMPLES), fc.array(mutation, { minLength: 1, maxLength: 3 }))
  .map(([sample, mutations]) => mutate(sample, mutations))
  .chain(sentAnyhow)
  .map((wire): Body => ({ kind: 'sample', ...wire }));

const ofShapeMutated = fc
  .tuple(lead, fc.array(mutation, { minLength: 1, maxLength: 2 }))
  .map(([{ value }, mutations]) => mutate(Buffer.from(JSON.stringify(value)), mutations))
  .chain(sentAnyhow)
  .map((wire): Body => ({ kind: 'mutated', ...wire }));

const ofBytes = fc
  .uint8Array({ maxLength: 200 })
  .chain((bytes) => sentAnyhow(Buffer.from(bytes)))
  .map((wire): Body => ({ kind: 'bytes', ...wire }));

const KIB = 1024;
const size = fc.oneof(fc.nat(4 * KIB), fc.integer({ min: 62 * KIB, max: 70 * KIB }));

/** Deep, long, many: what is near the limits and beyond. */
const ofSize = fc
  .tuple(size, address, fc.nat(9), fc.constantFrom('a', 'é', '李', '🙂', '\\u0000', ' ', '9', '\u0301'))
  .map(([amount, email, which, unit]) => {
    const long = unit.repeat(Math.ceil(amount / Buffer.byteLength(unit)));
    const person = `"userDetails":{"email":"${email}"}`;
    const many = (one: string): string =>
      Array.from({ length: Math.ceil(amount / one.length) }, () => one).join();
    return [
      `{"description":"${long}",${person}}`,
      `{"${long}":1,${person}}`,
      `{"userDetails":{"email":"${email}","lastName":"${long}"}}`,
      `{"phone":${'4'.repeat(amount + 1)},"email":"${email}"}`,
      `${'['.repeat(amount)}{${person}}${']'.repeat(amount)}`,
      `${'{"a":'.repeat(amount / 5)}{${person}}${'}'.repeat(amount / 5)}`,
      `[${many(`{${person}}`)}]`,
      `{"a":[${many('0')}],${person}}`,
      `{${many('"k":1')},${person}}`,
      many('email=a').replaceAll(',', '&'),
    ][which] as string;
  })
  .chain((body) => sentAnyhow(Buffer.from(body)))
  .map((wire): Body => ({ kind: 'size', ...wire }));

const anyBody = fc.oneof(
  { weight: 30, arbitrary: ofShape },
  { weight: 4, arbitrary: ofList },
  { weight: 6, arbitrary: ofForm },
  { weight: 14, arbitrary: near },
  { weight: 6, arbitrary: ofJson },
  { weight: 6, arbitrary: ofNobody },
  { weight: 18, arbitrary: ofSample },
  { weight: 12, arbitrary: ofShapeMutated },
  { weight: 3, arbitrary: ofBytes },
  { weight: 1, arbitrary: ofSize },
);

/** So many bodies; those of each part are others. */
export function makeBodies(seed: number, part: number, count: number): Body[] {
  return fc.sample(anyBody, { seed: (seed * 1_000_003 + part) | 0, numRuns: count });
}
