/** Small read-only tables (solutions, users, roles …) asked with the ordinary query options. */
import { json, type Reply } from '../http/exchange.ts';
import { FilterError, matches, parseFilter, propertiesOf, type Expression } from '../odata/filter.ts';
import { compareBy, parseOrderBy } from '../odata/orderby.ts';
import type { Call } from './call.ts';
import { badQuery, DataverseError } from './errors.ts';
import type { Columns } from './lead-store.ts';
import { queryOptions } from './query-options.ts';

const METADATA = 'application/json; odata.metadata=minimal';

export interface Table {
  readonly set: string;
  readonly type: string;
  readonly primaryKey: string;
  readonly rows: readonly Columns[];
  /** Properties that may be filtered on though they are not shown. */
  readonly hidden?: readonly string[];
}

/** GET of the collection. */
export function readCollection(call: Call, table: Table): Reply {
  const { select, filter, orderby, top, count } = queryOptions(call.request.search);
  const names = selected(select, table);
  const known = new Set([...table.rows.flatMap((row) => Object.keys(row)), ...(table.hidden ?? [])]);
  let rows = [...table.rows];
  if (filter !== undefined) {
    const expression = filterOf(filter);
    for (const property of propertiesOf(expression))
      if (rows.length > 0 && !known.has(property)) throw noProperty(property, table);
    rows = rows.filter((row) => matches(expression, row));
  }
  if (orderby !== undefined) {
    const keys = parseOrderBy(orderby);
    if (!keys) throw badQuery(`Syntax error in the $orderby query option '${orderby}'.`);
    rows.sort(compareBy(keys));
  }
  const shown = names === undefined ? '' : `(${names.join(',')})`;
  const reply = json(
    200,
    {
      '@odata.context': `${call.root}/$metadata#${table.set}${shown}`,
      ...(count ? { '@odata.count': rows.length } : {}),
      value: rows.slice(0, top).map((row) => picked(row, names, table)),
    },
    METADATA,
  );
  return { ...reply, headers: { ...reply.headers, 'odata-version': '4.0' } };
}

/** GET of one record. */
export function readRecord(call: Call, table: Table, id: string): Reply {
  const row = table.rows.find((candidate) => candidate[table.primaryKey] === id.toLowerCase());
  if (!row)
    throw new DataverseError(404, '0x80040217', `Entity '${table.type}' With Id = ${id} Does Not Exist`);
  const names = selected(queryOptions(call.request.search).select, table);
  const shown = names === undefined ? '' : `(${names.join(',')})`;
  return json(
    200,
    { '@odata.context': `${call.root}/$metadata#${table.set}${shown}/$entity`, ...picked(row, names, table) },
    METADATA,
  );
}

function filterOf(text: string): Expression {
  try {
    return parseFilter(text);
  } catch (error) {
    if (error instanceof FilterError) throw badQuery(error.message);
    throw error;
  }
}

function selected(select: string | undefined, table: Table): readonly string[] | undefined {
  if (select === undefined || select.trim() === '') return undefined;
  const names = select.split(',').map((name) => name.trim());
  const first = table.rows[0];
  for (const name of names) if (first && !(name in first)) throw noProperty(name, table);
  return names;
}

function picked(row: Columns, names: readonly string[] | undefined, table: Table): Columns {
  const shown =
    names === undefined
      ? Object.keys(row).filter((name) => !name.includes('/'))
      : [...names, table.primaryKey];
  return { '@odata.etag': 'W/"1"', ...Object.fromEntries(shown.map((name) => [name, row[name] ?? null])) };
}

const noProperty = (name: string, table: Table): DataverseError =>
  new DataverseError(
    400,
    '0x80060888',
    `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${table.type}'.`,
  );
