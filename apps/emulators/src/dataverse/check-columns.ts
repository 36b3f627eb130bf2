// What a caller may put into a lead: known columns, right types, lengths, option values. Pure.
import { GUID } from '../world/ids.ts';
import {
  badPayload,
  invalidProperty,
  missingColumn,
  outOfRange,
  tooLong,
  undeclaredProperty,
  DataverseError,
} from './errors.ts';
import type { Columns } from './lead-store.ts';
import { STATUS_OF_STATE, type Column } from './lead-columns.ts';

export type Checked = { readonly id: string | undefined; readonly columns: Columns };

type Purpose = 'create' | 'update';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})?)?$/;
const BIND = '@odata.bind';

/** Checks a payload against the table; throws the `DataverseError` that Dataverse would answer. */
export function checkColumns(body: unknown, table: ReadonlyMap<string, Column>, purpose: Purpose): Checked {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badPayload("A node of type 'StartObject' was expected when reading the resource.");
  const columns: Columns = {};
  let id: string | undefined;
  for (const name in body) {
    const value = (body as Columns)[name];
    if (name.includes('@')) {
      const bound = bindTarget(name, value, table);
      if (bound) columns[bound.column] = bound.id;
      continue;
    }
    const column = table.get(name);
    if (column === undefined) throw invalidProperty(name);
    if (column.type === 'lookup') throw undeclaredProperty(name);
    if (name === 'leadid') {
      id = guidValue(name, value);
      continue;
    }
    if (purpose === 'create' ? !column.validForCreate : !column.validForUpdate) continue;
    columns[name] = checkedValue(column, value);
    if (column.secured && value !== null) throw securedColumn(name, purpose);
  }
  return { id, columns };
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
  table: ReadonlyMap<string, Column>,
): { column: string; id: string | null } | undefined {
  if (!name.endsWith(BIND)) {
    const property = name.slice(0, name.indexOf('@'));
    if (property === '' || name.startsWith('@') || table.has(property)) return undefined;
    throw undeclaredProperty(property);
  }
  const property = name.slice(0, -BIND.length);
  const column =
    table.get(property) ?? table.get(property.replace(/_(account|contact|systemuser|team)$/, ''));
  if (column?.type !== 'lookup' || !column.validForCreate) throw undeclaredProperty(property);
  const valueName = `_${column.logicalName}_value`;
  if (value === null) return { column: valueName, id: null };
  const match =
    /^(?:https?:\/\/[^/]+\/api\/data\/v9\.\d\/|\/api\/data\/v9\.\d\/)?\/?([a-z]+)\(([0-9a-f-]{36})\)$/i.exec(
      typeof value === 'string' ? value : '',
    );
  if (!match || !GUID.test(match[2] ?? '') || !column.targets?.includes(match[1] ?? ''))
    throw badPayload(
      `The value of '${name}' is not a reference to one of: ${column.targets?.join(', ') ?? ''}.`,
    );
  return { column: valueName, id: (match[2] as string).toLowerCase() };
}

function securedColumn(name: string, purpose: Purpose): DataverseError {
  return new DataverseError(
    403,
    purpose === 'create' ? '0x8004f502' : '0x8004f507',
    `User does not have ${purpose} permissions for the ${name} attribute in the lead entity`,
  );
}
