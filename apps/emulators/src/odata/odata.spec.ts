import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FilterError, matches, orderOf, parseFilter, type Expression, type Literal } from './filter.ts';
import { boundaryOf, formatMultipart, MultipartError, parseMultipart } from './multipart.ts';
import { compareBy, parseOrderBy } from './orderby.ts';

const property = fc.constantFrom('subject', 'lastname', 'createdon', '_ownerid_value', 'sdkmessageid/name');
const text = fc.string({ maxLength: 20 });
const literal: fc.Arbitrary<Literal> = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.uuid(),
  fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
);
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    fc.record({
      kind: fc.constant('compare' as const),
      operator: fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
      property,
      value: literal,
    }),
    fc.record({
      kind: fc.constant('text' as const),
      test: fc.constantFrom('contains', 'startswith', 'endswith'),
      property,
      value: text,
    }),
    fc.record({ kind: fc.constantFrom('and', 'or'), left: tie('expression'), right: tie('expression') }),
    fc.record({ kind: fc.constant('not' as const), inner: tie('expression') }),
  ),
}));

const BARE = /^([0-9a-f-]{36}|\d{4}-\d{2}-\d{2}T[\d:.]+Z)$/;
const literalText = (value: Literal): string =>
  typeof value === 'string' && !BARE.test(value) ? `'${value.replaceAll("'", "''")}'` : String(value);
function write(node: Expression): string {
  switch (node.kind) {
    case 'compare':
      return `${node.property} ${node.operator} ${literalText(node.value)}`;
    case 'text':
      return `${node.test}(${node.property},'${node.value.replaceAll("'", "''")}')`;
    case 'not':
      return `not (${write(node.inner)})`;
    default:
      return `(${write(node.left)}) ${node.kind} (${write(node.right)})`;
  }
}

describe('a filter', () => {
  test('that was written from a tree is read back as that tree', () => {
    fc.assert(fc.property(expression, (tree) => expect(parseFilter(write(tree))).toEqual(tree)));
  });

  test('of any text is read or refused with a FilterError, never anything else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          expression.map(write).chain((good) => fc.nat(good.length).map((at) => good.slice(at))),
        ),
        (input) => {
          try {
            parseFilter(input);
          } catch (error) {
            expect(error).toBeInstanceOf(FilterError);
          }
        },
      ),
    );
  });

  test('keeps logic: not turns the answer round, and/or are both/either', () => {
    const record = fc.record({ subject: fc.option(text), lastname: text, createdon: text });
    fc.assert(
      fc.property(expression, expression, record, (one, other, values) => {
        const [left, right] = [matches(one, values), matches(other, values)];
        expect(matches({ kind: 'not', inner: one }, values)).toBe(!left);
        expect(matches({ kind: 'and', left: one, right: other }, values)).toBe(left && right);
        expect(matches({ kind: 'or', left: one, right: other }, values)).toBe(left || right);
      }),
    );
  });

  test.each([
    ["subject eq 'Contoso'", true],
    ["subject eq 'CONTOSO'", true],
    ["subject ne 'Contoso'", false],
    ['employees gt 9', true],
    ['employees le 9', false],
    ['missing eq null', true],
    ['missing gt 1', false],
    ['createdon ge 2026-01-01', true],
    ['createdon lt 2026-01-01T00:00:00+01:00', false],
    ["subject eq 'x' or subject eq 'contoso' and employees eq 10", true],
    ["not startswith(subject,'con')", false],
  ])('%s is %s', (filter, expected) => {
    const values = { subject: 'Contoso', employees: 10, createdon: '2026-11-22T10:00:00Z' };
    expect(matches(parseFilter(filter), values)).toBe(expected);
  });

  test('nested without end is refused, not fatal', () => {
    expect(() => parseFilter(`${'('.repeat(100_000)}a eq 1${')'.repeat(100_000)}`)).toThrow(FilterError);
  });
});

describe('an order', () => {
  test('sorts so that no neighbours are the wrong way round', () => {
    const rows = fc.array(fc.record({ a: fc.option(fc.integer()), b: text }));
    fc.assert(
      fc.property(rows, fc.boolean(), (given, descending) => {
        const keys = parseOrderBy(`a${descending ? ' desc' : ''},b asc`);
        const sorted = [...given].sort(compareBy(keys ?? []));
        for (let n = 1; n < sorted.length; n += 1) {
          const order = orderOf(sorted[n - 1]?.a, sorted[n]?.a);
          expect(descending ? -order : order).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  test('that is none is undefined', () => {
    expect([parseOrderBy(''), parseOrderBy('a b'), parseOrderBy('a,,b'), parseOrderBy('1')]).toEqual(
      Array(4).fill(undefined),
    );
  });
});

describe('multipart', () => {
  const boundary = fc.stringMatching(/^batch_[0-9a-z]{1,10}$/);
  const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

  test('that was formatted is parsed into the same parts', () => {
    fc.assert(
      fc.property(boundary, fc.array(body, { minLength: 1, maxLength: 5 }), (name, bodies) => {
        fc.pre(bodies.every((part) => !part.includes(`--${name}`)));
        const formatted = formatMultipart(
          bodies.map((part) => `Content-Type: application/http\r\n\r\n${part}`),
          name,
        );
        const parts = parseMultipart(Buffer.from(formatted, 'latin1'), name);
        expect(parts.map((part) => part.body.toString('latin1'))).toEqual(bodies);
      }),
    );
  });

  test('of any bytes is parsed or refused with a MultipartError', () => {
    const pieces = fc.array(fc.constantFrom('--b', '--b--', '\r\n', '\n', 'A: b', ':', 'x', ' '), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(pieces, (given) => {
        try {
          parseMultipart(Buffer.from(given.join('')), 'b');
        } catch (error) {
          expect(error).toBeInstanceOf(MultipartError);
        }
      }),
    );
  });

  test('boundaries are read with and without quotes, and only of multipart/mixed', () => {
    expect(boundaryOf('multipart/mixed; boundary="batch_1"')).toBe('batch_1');
    expect(boundaryOf('Multipart/Mixed;charset=utf-8; boundary=batch_1')).toBe('batch_1');
    expect(boundaryOf('multipart/form-data; boundary=x')).toBeUndefined();
    expect(boundaryOf('multipart/mixed')).toBeUndefined();
  });
});
