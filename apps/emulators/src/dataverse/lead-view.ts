/** A stored lead as the Web API shows it: every readable column, or those selected. */
import { header, type Incoming } from '../http/exchange.ts';
import { dataverseTime } from './dates.ts';
import { unknownProperty } from './errors.ts';
import { parseColumns, type Columns, type LeadRow } from './lead-store.ts';
import type { Organization } from './organization.ts';

export const etagOf = (row: LeadRow): string => `W/"${row.version}"`;

/** The lookup columns read as `_<name>_value`. */
function readName(column: { type: string; logicalName: string }): string {
  return column.type === 'lookup' ? `_${column.logicalName}_value` : column.logicalName;
}

/** All values of a lead, system columns included, in no particular order; absent columns are left out. */
export function valuesOf(row: LeadRow, organization: Organization): Columns {
  const columns = parseColumns(row);
  const names = [columns['firstname'], columns['lastname']].filter(
    (name) => typeof name === 'string' && name !== '',
  );
  return {
    ...columns,
    leadid: row.id,
    fullname: names.length > 0 ? names.join(' ') : null,
    statecode: row.stateCode,
    statuscode: row.statusCode,
    createdon: dataverseTime(row.createdOn),
    modifiedon: dataverseTime(row.modifiedOn),
    versionnumber: row.version,
    _ownerid_value: row.ownerId,
    _owninguser_value: row.ownerId,
    _createdby_value: row.createdBy,
    _modifiedby_value: row.modifiedBy,
    _owningbusinessunit_value: organization.businessUnitId,
  };
}

/** Checks a `$select` list; undefined selects everything. */
export function checkSelect(
  select: string | undefined,
  organization: Organization,
): readonly string[] | undefined {
  if (select === undefined || select.trim() === '' || select.trim() === '*') return undefined;
  const names = select.split(',').map((name) => name.trim());
  for (const name of names) if (!isReadable(name, organization)) throw unknownProperty(name);
  return names;
}

export function isReadable(name: string, organization: Organization): boolean {
  const lookup = /^_(.+)_value$/.exec(name)?.[1];
  if (lookup === 'owninguser') return true;
  const column = organization.columns.get(lookup ?? name);
  return column !== undefined && (column.type === 'lookup') === (lookup !== undefined);
}

const FORMATTED = 'OData.Community.Display.V1.FormattedValue';

/** Whether the caller prefers formatted values beside the plain ones. */
export const wantsFormatted = (request: Incoming): boolean =>
  /odata\.include-annotations="?[^"]*(\*|FormattedValue)/.test(header(request, 'prefer'));

/** One lead as an entity of a Web API answer. */
export function leadEntity(
  row: LeadRow,
  organization: Organization,
  select: readonly string[] | undefined,
  formatted: boolean,
): Columns {
  const values = valuesOf(row, organization);
  const names = select ?? [...organization.columns.values()].map(readName);
  const entity: Columns = { '@odata.etag': etagOf(row) };
  for (const name of names) {
    entity[name] = values[name] ?? null;
    const label = formatted ? labelOf(name, values[name], organization) : undefined;
    if (label !== undefined) entity[`${name}@${FORMATTED}`] = label;
  }
  entity['leadid'] = row.id;
  return entity;
}

function labelOf(name: string, value: unknown, organization: Organization): string | undefined {
  const user =
    name.startsWith('_') && typeof value === 'string' ? organization.usersById.get(value) : undefined;
  if (user) return user.fullname;
  const column = organization.columns.get(name);
  if (column?.options) return column.options.find((option) => option.value === value)?.label;
  if (column?.type === 'boolean' && typeof value === 'boolean') return value ? 'Yes' : 'No';
  return undefined;
}
