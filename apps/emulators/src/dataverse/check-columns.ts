/** What a caller may put into a lead: known columns, right types, lengths, option values. Pure. */
import { GUID } from '../ids.ts';
import {
  badPayload,
  invalidCharacter,
  invalidProperty,
  missingColumn,
  outOfRange,
  tooLong,
  undeclaredProperty,
  DataverseError,
} from './errors.ts';
import type { Columns } from './lead-store.ts';
import { STATUS_OF_STATE, type Column } from './lead-columns.ts';
import type { Navigation } from './lookups.ts';

interface Checked {
  readonly id: string | undefined;
  readonly columns: Columns;
  /** The records that lookups are bound to: entity set and id. */
  readonly bound: readonly { readonly target: string; readonly id: string }[];
}

/** What a payload is held against. */
export interface Table {
  readonly columns: ReadonlyMap<string, Column>;
  readonly navigation: ReadonlyMap<string, Navigation>;
  /** Secured columns that the caller may fill. */
  readonly permittedColumns: ReadonlySet<string>;
}

type Purpose = 'create' | 'update';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})?)?$/;
/** What no XML 1.0 text can carry: controls but tab and line ends, halves of pairs, U+FFFE and U+FFFF. */
const NOT_XML = /[\uFFFE\uFFFF\p{Cs}]|[^\P{Cc}\t\n\r\u007F-\u009F]/u;
const BIND = '@odata.bind';
const REFERENCE =
  /^(?:https?:\/\/[^/]+\/api\/data\/v9\.\d\/|\/api\/data\/v9\.\d\/)?\/?([a-z0-9_]+)\(([0-9a-f-]{36})\)$/i;

/** Checks a payload against the table; throws the `DataverseError` that Dataverse would answer. */
export function checkColumns(body: unknown, table: Table, purpose: Purpose): Checked {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badPayload("A node of type 'StartObject' was expected when reading the resource.");
  const columns: Columns = {};
  const bound: { target: string; id: string }[] = [];
  let id: string | undefined;
  for (const name in body) {
    const value = (body as Columns)[name];
    if (name.includes('@')) {
      const lookup = bindTarget(name, value, table);
      if (!lookup) continue;
      columns[lookup.column] = lookup.id;
      if (lookup.id !== null) bound.push({ target: lookup.target, id: lookup.id });
      continue;
    }
    const column = table.columns.get(name);
    if (column === undefined) throw invalidProperty(name);
    if (column.type === 'lookup') throw undeclaredProperty(name);
    if (name === 'leadid') {
      id = guidValue(name, value);
      continue;
    }
    if (purpose === 'create' ? !column.validForCreate : !column.validForUpdate) continue;
    columns[name] = checkedValue(column, value);
    if (column.secured && value !== null && !table.permittedColumns.has(name))
      throw securedColumn(name, purpose);
  }
  return { id, columns, bound };
}

/** Columns that a create must bring: custom required ones always, application-required ones by switch. */
export function requireColumns(
  columns: Columns,
  table: Iterable<Column>,
  applicationRequired: boolean,
): void {
  for (const column of table) {
    const wanted = column.enforced || (applicationRequired && column.requiredLevel === 'ApplicationRequired');
    const value = columns[column.logicalName];
    if (wanted && (value === undefined || value === null || value === ''))
      throw missingColumn(column.logicalName);
  }
}

/** A status must belong to the lead's state. */
export function checkStatus(state: number, status: number, id: string): void {
  if (STATUS_OF_STATE[state]?.includes(status)) return;
  const name = ['Open', 'Qualified', 'Disqualified'][state] ?? String(state);
  throw new DataverseError(
    400,
    '0x80048408',
    `${status} is not a valid status code for state code LeadState.${name} on lead with Id ${id}.`,
  );
}

function checkedValue(column: Column, value: unknown): unknown {
  if (value === null) return null;
  const name = column.logicalName;
  switch (column.type) {
    case 'string':
    case 'memo': {
      if (typeof value !== 'string') throw wrongType(name, value, 'Edm.String');
      const alien = NOT_XML.exec(value)?.[0];
      if (alien !== undefined) throw invalidCharacter(name, alien);
      if (column.maxLength !== undefined && value.length > column.maxLength)
        throw tooLong(name, column.maxLength);
      return value;
    }
    case 'picklist':
    case 'state':
    case 'status': {
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name, value, 'Edm.Int32');
      const accepted = column.options?.map((option) => option.value) ?? [];
      if (!accepted.includes(value)) throw outOfRange(name, value, accepted);
      return value;
    }
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(name, value, 'Edm.Boolean');
      return value;
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 2_147_483_647)
        throw wrongType(name, value, 'Edm.Int32');
      return value;
    case 'bigint':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(name, value, 'Edm.Int64');
      return value;
    case 'decimal':
    case 'money':
      if (typeof value !== 'number') throw wrongType(name, value, 'Edm.Decimal');
      return value;
    case 'datetime':
      if (typeof value !== 'string' || !DATE_TIME.test(value) || Number.isNaN(Date.parse(value)))
        throw wrongType(name, value, 'Edm.DateTimeOffset');
      return value;
    case 'uniqueidentifier':
      return guidValue(name, value);
    case 'lookup':
      throw undeclaredProperty(name);
  }
}

function guidValue(name: string, value: unknown): string {
  if (typeof value !== 'string' || !GUID.test(value)) throw wrongType(name, value, 'Edm.Guid');
  return value.toLowerCase();
}

function wrongType(name: string, value: unknown, type: string): DataverseError {
  const shown = JSON.stringify(value).slice(0, 60);
  return badPayload(
    `Cannot convert the value ${shown} of property '${name}' to the expected type '${type}'. ---> System.FormatException: Input string was not in a correct format.`,
  );
}

/** `name@odata.bind`: which lookup it sets, and to which record. Other annotations are ignored, as OData does. */
function bindTarget(
  name: string,
  value: unknown,
  table: Table,
): { column: string; target: string; id: string } | { column: string; id: null } | undefined {
  if (!name.endsWith(BIND)) {
    const property = name.slice(0, name.indexOf('@'));
    if (property === '' || name.startsWith('@') || table.columns.has(property)) return undefined;
    throw undeclaredProperty(property);
  }
  const property = name.slice(0, -BIND.length);
  const navigation = table.navigation.get(property);
  if (!navigation?.column.validForCreate) throw undeclaredProperty(property);
  const column = `_${navigation.column.logicalName}_value`;
  if (value === null) return { column, id: null };
  const [, target = '', id = ''] = REFERENCE.exec(typeof value === 'string' ? value : '') ?? [];
  if (!GUID.test(id) || !navigation.targets.includes(target))
    throw badPayload(
      `The value of '${name}' is not a reference to one of: ${navigation.targets.join(', ')}.`,
    );
  return { column, target, id: id.toLowerCase() };
}

function securedColumn(name: string, purpose: Purpose): DataverseError {
  return new DataverseError(
    403,
    purpose === 'create' ? '0x8004f502' : '0x8004f507',
    `User does not have ${purpose} permissions for the ${name} attribute in the lead entity`,
  );
}
