/** An organisation's own lead table: what its columns are and how much they hold, and values fitted to them; pure. */
import { cutText } from './cut-text.ts';
import { oneLine, plainLines } from '@leads/contracts';

/** The kinds of columns that values are fitted to; `other` takes what it is given. */
export type ColumnKind = 'text' | 'option' | 'boolean' | 'whole' | 'number' | 'time' | 'lookup' | 'other';

export interface LeadColumn {
  kind: ColumnKind;
  /** The most UTF-16 code units of a text. */
  length?: number;
  /** Whether a text has one line only. */
  isOneLine?: boolean;
  /** The values that an option takes, and how the organisation calls them. */
  options?: { value: number; label: string }[];
  /** Whether a time is a day without an hour. */
  isDay?: boolean;
  /** Whether nobody may fill it when a lead is made. */
  isReadOnly?: boolean;
}

/** One way to bind a lookup. */
export interface Lookup {
  /** The column's logical name. */
  column: string;
  /** The navigation property: its schema name, whose case counts. */
  property: string;
  /** The logical name of the table that it refers to. */
  table: string;
}

/** Every column that the table has, by logical name. */
export interface LeadTable {
  columns: Record<string, LeadColumn>;
  /** Absent where the role may not read them. */
  lookups?: Lookup[];
  /**
   * Columns under column security that this user may not fill when a lead is made, or where that is not known; the others
   * that are secured may be filled. Absent where it was not asked for: a version of before did not.
   */
  secured?: Record<string, 'not-permitted' | 'unknown'>;
  /**
   * What this user lacks for binding lookups: Append on leads, Append To on the table that the lookup refers to, by that
   * table. Absent where that is not known.
   */
  unbindable?: Record<string, ('Append' | 'Append To')[]>;
}

/** A value of a record. */
export type LeadValue = string | number | boolean;

/**
 * Whether Dynamics refused, a short while ago, to fill a column or to bind a lookup.
 * @param value with it: whether just this value was refused, too
 */
export type WasRefused = (name: string, value?: LeadValue) => boolean;

export type Fitted =
  { kind: 'fits'; value: string | number | boolean; cut: boolean } | { kind: 'does-not-fit'; why: string };

const fits = (value: string | number | boolean, cut = false): Fitted => ({ kind: 'fits', value, cut });
const not = (why: string): Fitted => ({ kind: 'does-not-fit', why });

/** A value as the column takes it: texts are rid of control characters and cut, options found by their label, numbers and truths read from text. */
export function fitValue(column: LeadColumn, given: string | number | boolean): Fitted {
  const text = String(given).trim();
  switch (column.kind) {
    case 'text':
      return fitText(column, text);
    case 'option':
      return fitOption(column.options, text);
    case 'boolean':
      if (/^(true|yes|1)$/i.test(text)) return fits(true);
      return /^(false|no|0)$/i.test(text) ? fits(false) : not(`"${shown(text)}" is neither true nor false`);
    case 'whole':
      return /^[+-]?\d{1,15}$/.test(text)
        ? fits(Number(text))
        : not(`"${shown(text)}" is not a whole number`);
    case 'number':
      return /^[+-]?\d{1,15}(\.\d{1,10})?$/.test(text)
        ? fits(Number(text))
        : not(`"${shown(text)}" is not a number`);
    case 'time':
      return /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text))
        ? fits(column.isDay ? text.slice(0, 10) : text)
        : not(`"${shown(text)}" is not a date as ISO 8601 writes it`);
    case 'lookup':
      return not('it is a lookup: name the record that it refers to under lookups');
    case 'other':
      return fits(typeof given === 'string' ? plainLines(given) : given);
  }
}

function fitText({ length = Infinity, isOneLine = false }: LeadColumn, text: string): Fitted {
  const plain = isOneLine ? oneLine(text) : plainLines(text);
  return fits(cutText(plain, length), plain.length > length);
}

function fitOption(options: LeadColumn['options'], text: string): Fitted {
  if (!options)
    return /^-?\d+$/.test(text) ? fits(Number(text)) : not(`"${shown(text)}" is not the number of an option`);
  const wanted = text.toLowerCase();
  const found = options.find(
    ({ value, label }) => String(value) === wanted || label.toLowerCase() === wanted,
  );
  if (found) return fits(found.value);
  const some = options.slice(0, 10).map(({ value, label }) => `${value} ${label}`);
  return not(
    `"${shown(text)}" is none of its options (${some.join(', ')}${options.length > 10 ? ', …' : ''})`,
  );
}

const shown = (text: string): string => cutText(text, 40);
