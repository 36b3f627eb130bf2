/** OData's $filter as Dataverse takes it: text to syntax tree, tree to yes or no. Pure. */

export type Literal = string | number | boolean | null;
export type Expression =
  | { readonly kind: 'or' | 'and'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly inner: Expression }
  | {
      readonly kind: 'compare';
      readonly operator: Operator;
      readonly property: string;
      readonly value: Literal;
    }
  | { readonly kind: 'text'; readonly test: TextTest; readonly property: string; readonly value: string };
type Operator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
type TextTest = 'contains' | 'startswith' | 'endswith';

/** What was wrong with the filter and at which character. */
export class FilterError extends Error {
  readonly position: number;
  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'guid' | 'date' | '(' | ')' | ',' | 'end';
  readonly text: string;
  readonly at: number;
}

const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['guid', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/iy],
  ['date', /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?(?:Z|[+-]\d{2}:\d{2}))?(?![\w-])/y],
  ['number', /-?\d+(?:\.\d+)?(?![\w.])/y],
  ['string', /'(?:[^']|'')*'/y],
  ['word', /[A-Za-z_][\w/]*/y],
];
const OPERATORS = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le']);
const TEXT_TESTS = new Set(['contains', 'startswith', 'endswith']);
const MAX_DEPTH = 100;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  next: while (at < text.length) {
    const character = text[at] as string;
    if (character === ' ') {
      at += 1;
      continue;
    }
    if (character === '(' || character === ')' || character === ',') {
      tokens.push({ kind: character, text: character, at });
      at += 1;
      continue;
    }
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = at;
      const match = pattern.exec(text)?.[0];
      if (match === undefined) continue;
      tokens.push({ kind, text: match, at });
      at += match.length;
      continue next;
    }
    throw new FilterError(`Syntax error at position ${at} in '${text}'.`, at);
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

/** Parses a filter; throws a `FilterError`. */
export function parseFilter(text: string): Expression {
  const tokens = tokenize(text);
  let index = 0;
  let depth = 0;

  const peek = (): Token => tokens[index] as Token;
  const fail = (token: Token): never => {
    throw new FilterError(`Syntax error at position ${token.at} in '${text}'.`, token.at);
  };
  const take = (kind: Token['kind']): Token => {
    const token = peek();
    if (token.kind !== kind) fail(token);
    index += 1;
    return token;
  };
  const isWord = (word: string): boolean => peek().kind === 'word' && peek().text === word;

  const either = (): Expression => {
    let left = both();
    while (isWord('or')) {
      index += 1;
      left = { kind: 'or', left, right: both() };
    }
    return left;
  };
  const both = (): Expression => {
    let left = single();
    while (isWord('and')) {
      index += 1;
      left = { kind: 'and', left, right: single() };
    }
    return left;
  };
  const single = (): Expression => {
    depth += 1;
    if (depth > MAX_DEPTH) fail(peek());
    try {
      if (isWord('not')) {
        index += 1;
        return { kind: 'not', inner: single() };
      }
      if (peek().kind === '(') {
        index += 1;
        const inner = either();
        take(')');
        return inner;
      }
      return test();
    } finally {
      depth -= 1;
    }
  };
  const test = (): Expression => {
    const name = take('word');
    if (peek().kind === '(') {
      if (!TEXT_TESTS.has(name.text))
        throw new FilterError(`An unknown function with name '${name.text}' was found.`, name.at);
      take('(');
      const property = take('word').text;
      take(',');
      const value = unquote(take('string').text);
      take(')');
      return { kind: 'text', test: name.text as TextTest, property, value };
    }
    const operator = take('word');
    if (!OPERATORS.has(operator.text)) fail(operator);
    return { kind: 'compare', operator: operator.text as Operator, property: name.text, value: literal() };
  };
  const literal = (): Literal => {
    const token = peek();
    index += 1;
    switch (token.kind) {
      case 'string':
        return unquote(token.text);
      case 'number':
        return Number(token.text);
      case 'guid':
        return token.text.toLowerCase();
      case 'date':
        return token.text;
      case 'word':
        if (token.text === 'null') return null;
        if (token.text === 'true' || token.text === 'false') return token.text === 'true';
        return fail(token);
      default:
        return fail(token);
    }
  };

  const expression = either();
  take('end');
  return expression;
}

const unquote = (text: string): string => text.slice(1, -1).replaceAll("''", "'");

/** Every property a filter names. */
export function propertiesOf(expression: Expression): string[] {
  switch (expression.kind) {
    case 'or':
    case 'and':
      return [...propertiesOf(expression.left), ...propertiesOf(expression.right)];
    case 'not':
      return propertiesOf(expression.inner);
    default:
      return [expression.property];
  }
}

/** Whether a record fits. Text is compared regardless of case, as Dataverse's collation does. */
export function matches(expression: Expression, values: Readonly<Record<string, unknown>>): boolean {
  switch (expression.kind) {
    case 'or':
      return matches(expression.left, values) || matches(expression.right, values);
    case 'and':
      return matches(expression.left, values) && matches(expression.right, values);
    case 'not':
      return !matches(expression.inner, values);
    case 'text': {
      const value = values[expression.property];
      if (typeof value !== 'string') return false;
      const [whole, part] = [value.toLowerCase(), expression.value.toLowerCase()];
      if (expression.test === 'contains') return whole.includes(part);
      return expression.test === 'startswith' ? whole.startsWith(part) : whole.endsWith(part);
    }
    case 'compare':
      return compare(expression.operator, values[expression.property] ?? null, expression.value);
  }
}

function compare(operator: Operator, value: unknown, wanted: Literal): boolean {
  if (value === null || wanted === null) {
    if (operator === 'eq') return value === wanted;
    return operator === 'ne' && value !== wanted;
  }
  const order = orderOf(value, wanted);
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
  }
}

const TIME = /^\d{4}-\d{2}-\d{2}(T|$)/;

/** Negative, 0 or positive; NaN when the two cannot be compared. Nulls come first. */
export function orderOf(one: unknown, other: unknown): number {
  if (one === null || one === undefined || other === null || other === undefined)
    return Number(one !== null && one !== undefined) - Number(other !== null && other !== undefined);
  if (typeof one === 'string' && typeof other === 'string') {
    if (TIME.test(one) && TIME.test(other)) return Date.parse(one) - Date.parse(other);
    const [left, right] = [one.toLowerCase(), other.toLowerCase()];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return typeof one === typeof other ? Number(one) - Number(other) : NaN;
}
