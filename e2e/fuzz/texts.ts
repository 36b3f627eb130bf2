/** Texts, numbers and values as nobody wants them, for fast-check to put together. */
import fc from 'fast-check';

/** What has broken something somewhere: what no database, no XML or no line can carry, and what reorders or joins. */
const HOSTILE = [
  ...['\0', '\u0001', '\u001b', '\u007f', '\u0085', '\r', '\n', '\r\n', '\t', '\u2028', '\u2029', '\u00a0'],
  ...['\ud83d', '\ude42', '\udbff', '\udfff', '\ufffe', '\uffff', '\ufeff', '\ufffd', '\ufdd0'],
  ...['\u202e', '\u202d', '\u2066', '\u2069', '\u200b', '\u200d', '\u200f', '\u061c', '\u00ad'],
  ...[
    '\u0301',
    'e\u0301\u0327',
    '\u0e33',
    '\ufdfa',
    '\u1100\u1161',
    '\u05d0',
    '\u0627\u0644',
    '李',
    'İ',
    'ß',
  ],
  ...['🙂', '👩‍👩‍👧', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '\u{10ffff}', '\u{e0001}', 'Z\u0351\u036b\u0343'],
  ...[
    '"',
    "'",
    '\\',
    '\\u0000',
    '%00',
    '%ff',
    '<b>',
    '&amp;',
    ']]>',
    '{',
    '}',
    '[',
    '=',
    '|',
    ';',
    '${x}',
    '@',
  ],
];

const unit = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abcdefgh ÄéøŁ0123-') },
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
);

/** What a person may have typed, and what nobody would. */
export const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('Ana', 'Trujillo', 'Adatum GmbH & Co. KG', 'MX', '+52 55 5555 3932', ' ', ''),
  },
  { weight: 6, arbitrary: fc.string({ unit, maxLength: 24 }) },
  { weight: 1, arbitrary: fc.string({ unit, minLength: 90, maxLength: 400 }) },
);

/** An address that reads as one in whatever encoding. */
export const address = fc
  .tuple(fc.nat(), fc.constantFrom('adatum.example', 'xn--mnchen-3ya.example', 'mail.tailspin.example'))
  .map(([number, host]) => `c${number.toString(36)}@${host}`);

/** Numbers at and beyond the limits, as JSON text. */
export const NUMBERS = [
  ...['0', '-0', '1e400', '-1e400', '1E-999', '5e-324', '1.7976931348623157e308', '0.1', '1e21', '123e-7'],
  ...['9007199254740993', '-9223372036854775809', '18446744073709551616', '4915112345678901234567', '1e5'],
];

/** What other languages call numbers, and JSON does not. */
export const NO_NUMBERS = ['NaN', 'Infinity', '01', '+1', '.5', '1_000', '0x1f', 'undefined'];

/** Any JSON, with texts that are not only plain ones. */
export const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: false, maxDepth: 4 },
    { weight: 4, arbitrary: text },
    { weight: 2, arbitrary: fc.oneof(fc.constant(null), fc.boolean(), fc.double(), fc.integer()) },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.dictionary(text, tie('value'), { maxKeys: 4 }) },
  ),
})).value;
