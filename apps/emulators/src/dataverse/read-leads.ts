/** Reading leads: one by id, or those that fit a query. */
import { header, json, type Incoming, type Reply } from '../http/exchange.ts';
import { FilterError, matches, parseFilter, propertiesOf, type Expression } from '../odata/filter.ts';
import { compareBy, parseOrderBy, type SortKey } from '../odata/orderby.ts';
import type { Call } from './call.ts';
import { badQuery, unknownProperty } from './errors.ts';
import type { Columns, LeadRow } from './lead-store.ts';
import { checkSelect, etagOf, isReadable, leadEntity, valuesOf, wantsFormatted } from './lead-view.ts';
import type { Organization } from './organization.ts';
import { demand, demandOnLead, mayTouch } from './privileges.ts';
import { queryOptions, type QueryOptions } from './query-options.ts';

/** Dataverse's largest page. */
const MAX_PAGE = 5000;
const METADATA = 'application/json; odata.metadata=minimal';

/** GET /leads(<id>) */
export function readLead(call: Call, row: LeadRow): Reply {
  const { organization, root, request } = call;
  demandOnLead(call.user, 'Read', row);
  if (header(request, 'if-none-match') === etagOf(row))
    return { status: 304, headers: { etag: etagOf(row) } };
  const select = checkSelect(queryOptions(request.search).select, organization);
  const shown = select === undefined ? '' : `(${select.join(',')})`;
  const entity = {
    '@odata.context': `${root}/$metadata#leads${shown}/$entity`,
    ...leadEntity(row, organization, select, wantsFormatted(request)),
  };
  const reply = json(200, entity, METADATA);
  return { ...reply, headers: { ...reply.headers, 'odata-version': '4.0', etag: etagOf(row) } };
}

/** GET /leads */
export function readLeads(call: Call): Reply {
  const { organization, user, request, root } = call;
  demand(user, 'prvReadLead', 'Basic', 'lead');
  const options = queryOptions(request.search);
  const select = checkSelect(options.select, organization);
  const keys = sortKeys(options, organization);
  const found = selectRows(call, options, keys);
  const skip = skipped(options);
  const pageSize = Math.min(pageSizeOf(request), options.top === undefined ? Infinity : options.top - skip);
  const page = found.slice(skip, skip + pageSize);
  const more = found.length > skip + pageSize && (options.top === undefined || skip + pageSize < options.top);
  const shown = select === undefined ? '' : `(${select.join(',')})`;
  const answer = {
    '@odata.context': `${root}/$metadata#leads${shown}`,
    ...(options.count ? { '@odata.count': Math.min(found.length, MAX_PAGE) } : {}),
    value: page.map((row) => leadEntity(row, organization, select, wantsFormatted(request))),
    ...(more ? { '@odata.nextLink': nextLink(call, skip + pageSize) } : {}),
  };
  const reply = json(200, answer, METADATA);
  const preferred = /odata\.maxpagesize=(\d+)/.exec(header(request, 'prefer'));
  return {
    ...reply,
    headers: {
      ...reply.headers,
      'odata-version': '4.0',
      ...(preferred ? { 'preference-applied': `odata.maxpagesize=${preferred[1]}` } : {}),
    },
  };
}

/** GET /leads/$count: the number as plain text. */
export function countLeads(call: Call): Reply {
  demand(call.user, 'prvReadLead', 'Basic', 'lead');
  const count = Math.min(selectRows(call, queryOptions(call.request.search), []).length, MAX_PAGE);
  return {
    status: 200,
    headers: { 'content-type': 'text/plain', 'odata-version': '4.0' },
    body: String(count),
  };
}

function selectRows(call: Call, options: QueryOptions, keys: readonly SortKey[]): LeadRow[] {
  const { organization, user } = call;
  const filter = options.filter === undefined ? undefined : filterOf(options.filter, organization);
  const found: { row: LeadRow; values: Columns | undefined }[] = [];
  const single = filter && idIn(filter);
  const named = single === undefined ? undefined : organization.leads.get(single);
  for (const row of single === undefined ? organization.leads.rows() : named ? [named] : []) {
    if (!mayTouch(user, 'Read', row)) continue;
    const values = filter || keys.length > 0 ? valuesOf(row, organization) : undefined;
    if (filter && !matches(filter, values as Columns)) continue;
    found.push({ row, values });
  }
  if (keys.length > 0) {
    const compare = compareBy(keys);
    found.sort((one, other) => compare(one.values as Columns, other.values as Columns));
  }
  return found.map(({ row }) => row);
}

/** The lead id that a filter pins down, so that looking for one lead does not read a million. */
function idIn(filter: Expression): string | undefined {
  if (filter.kind === 'and') return idIn(filter.left) ?? idIn(filter.right);
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.property !== 'leadid') return undefined;
  return typeof filter.value === 'string' ? filter.value : undefined;
}

function filterOf(text: string, organization: Organization): Expression {
  let filter: Expression;
  try {
    filter = parseFilter(text);
  } catch (error) {
    if (error instanceof FilterError) throw badQuery(error.message);
    throw error;
  }
  for (const property of propertiesOf(filter))
    if (!isReadable(property, organization)) throw unknownProperty(property);
  return filter;
}

function sortKeys(options: QueryOptions, organization: Organization): SortKey[] {
  if (options.orderby === undefined) return [];
  const keys = parseOrderBy(options.orderby);
  if (!keys) throw badQuery(`Syntax error in the $orderby query option '${options.orderby}'.`);
  for (const { property } of keys) if (!isReadable(property, organization)) throw unknownProperty(property);
  return keys;
}

function pageSizeOf(request: Incoming): number {
  const preferred = /odata\.maxpagesize=(\d+)/.exec(header(request, 'prefer'))?.[1];
  return Math.max(1, Math.min(MAX_PAGE, preferred === undefined ? MAX_PAGE : Number(preferred)));
}

// Dataverse's paging cookie is opaque; here it holds how many rows came before.
function skipped(options: QueryOptions): number {
  if (options.skiptoken === undefined) return 0;
  const match = /^<cookie pagenumber="\d+" skipped="(\d+)" \/>$/.exec(options.skiptoken);
  if (!match) throw badQuery('Malformed XML in the paging cookie.');
  return Number(match[1]);
}

function nextLink({ root, request }: Call, skip: number): string {
  const kept = request.search.split('&').filter((pair) => pair !== '' && !/^(\$|%24)skiptoken=/.test(pair));
  const cookie = encodeURIComponent(`<cookie pagenumber="2" skipped="${skip}" />`);
  return `${root}/leads?${[...kept, `$skiptoken=${cookie}`].join('&')}`;
}
