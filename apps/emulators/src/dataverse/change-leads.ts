/** Update, upsert and delete of one lead, with If-Match and If-None-Match. */
import { empty, header, json, type Incoming, type Reply } from '../http/exchange.ts';
import { jsonBody, wantsRepresentation, type Call } from './call.ts';
import { checkColumns, checkStatus } from './check-columns.ts';
import type { Attempt } from './attempts.ts';
import { insertLead, representation } from './create-lead.ts';
import { runPlugins } from './customer-rules.ts';
import {
  DataverseError,
  duplicateEntityKey,
  keyNotDefined,
  keyNotFound,
  leadNotFound,
  preconditionExists,
  unknownProperty,
  versionMismatch,
} from './errors.ts';
import { STATUS_OF_STATE } from './lead-columns.ts';
import { parseColumns, type Columns, type LeadRow } from './lead-store.ts';
import { etagOf, isReadable, valuesOf } from './lead-view.ts';
import type { Organization } from './organization.ts';
import type { SystemUser } from './system-user.ts';
import { demand, demandBound, demandCreate, demandOnLead } from './privileges.ts';

/** How a request names a lead: by id, or by the columns of an alternate key. */
export type LeadKey = { readonly id: string } | { readonly key: Columns; readonly text: string };

/** A conditional header; the literal `null`, which Microsoft's samples send, is no condition. */
function condition(request: Incoming, name: 'if-match' | 'if-none-match'): string | undefined {
  const value = header(request, name).trim();
  return value === '' || value === 'null' ? undefined : value;
}

/** The lead a key names; undefined when there is none. Throws when the key itself is not defined. */
export function lookUp(organization: Organization, key: LeadKey): LeadRow | undefined {
  if ('id' in key) return organization.leads.get(key.id);
  const found = organization.leads.findByKey(key.key);
  if (!found.known) throw keyNotDefined();
  return found.id === undefined ? undefined : organization.leads.get(found.id);
}

export const notFound = (key: LeadKey): DataverseError =>
  'id' in key ? leadNotFound(key.id) : keyNotFound();

/** PATCH /leads(<key>): update what is there, create what is not, as far as the conditions allow. */
export function upsertLead(call: Call, key: LeadKey): Reply {
  const { organization, user, request, root } = call;
  const ifMatch = condition(request, 'if-match');
  const ifNoneMatch = condition(request, 'if-none-match');
  const either =
    ifMatch === undefined && ifNoneMatch === undefined && organization.settings.switches.upsertNeedsWrite;
  if (either || ifNoneMatch !== undefined) demandCreate(organization, user);
  if (either || ifMatch !== undefined) demand(user, 'prvWriteLead', 'Basic', 'lead');
  const before = lookUp(organization, key);
  if (before) {
    if (ifNoneMatch === '*') throw preconditionExists();
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(before)) throw versionMismatch();
  } else if (ifMatch !== undefined) throw notFound(key);
  const row = before ? updated(call, before, jsonBody(request)) : created(call, key, jsonBody(request));
  if (wantsRepresentation(request)) return representation(call, row, before ? 200 : 201);
  // By alternate key the address is the key's, not the id's.
  const address = 'id' in key ? row.id : key.text;
  return { status: 204, headers: { 'odata-version': '4.0', 'odata-entityid': `${root}/leads(${address})` } };
}

/** Creates under the key; a key column that the body gives too is taken from the body. */
export function created(call: Call, key: LeadKey, payload: unknown, as: Attempt['as'] = 'single'): LeadRow {
  demandCreate(call.organization, call.user);
  const body =
    typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? payload : undefined;
  const merged =
    body === undefined ? payload : 'id' in key ? { ...body, leadid: key.id } : { ...key.key, ...body };
  return insertLead(call, merged, as);
}

/** Writes the payload over the row and stores it; throws what Dataverse refuses. */
export function updated(call: Call, before: LeadRow, payload: unknown): LeadRow {
  const { organization, user, world, now } = call;
  demandOnLead(user, 'Write', before);
  const { columns: table, navigation } = organization;
  const { permittedColumns } = user;
  const { columns, bound } = checkColumns(
    payload,
    { columns: table, navigation, permittedColumns },
    'update',
  );
  demandBound(organization, user, bound);
  return world.atomically(() => {
    runPlugins(call, 'Update', before.id, columns);
    const row = changed(organization, user, before, columns, now);
    world.putLead(organization, row);
    return row;
  });
}

function changed(
  organization: Organization,
  user: SystemUser,
  before: LeadRow,
  columns: Columns,
  now: number,
): LeadRow {
  const { statecode, statuscode, _ownerid_value: owner, ...given } = columns;
  const stateCode = typeof statecode === 'number' ? statecode : before.stateCode;
  const onlyState = Object.keys(given).length === 0 && owner === undefined;
  if (before.stateCode !== 0 && !(onlyState && typeof statecode === 'number')) throw closed(before);
  const statusCode =
    typeof statuscode === 'number'
      ? statuscode
      : stateCode === before.stateCode
        ? before.statusCode
        : (STATUS_OF_STATE[stateCode]?.[0] ?? before.statusCode);
  checkStatus(stateCode, statusCode, before.id);
  const merged = { ...parseColumns(before), ...given };
  const violated = organization.leads.violatedKey(before.id, merged);
  if (violated) throw duplicateEntityKey(violated.name, violated.columns);
  return {
    ...before,
    version: organization.leads.nextVersion(),
    modifiedOn: now,
    modifiedBy: user.systemuserid,
    ownerId: typeof owner === 'string' ? owner : before.ownerId,
    stateCode,
    statusCode,
    json: JSON.stringify(merged),
  };
}

// That closed leads are read-only is certain, the code is not: see the open points in docs/emulators.md.
const closed = (row: LeadRow): DataverseError =>
  new DataverseError(
    400,
    '0x80040203',
    `The lead ${row.id} is ${row.stateCode === 1 ? 'qualified' : 'disqualified'} and read-only: it cannot be updated.`,
  );

/** DELETE /leads(<key>) */
export function deleteLead(call: Call, key: LeadKey): Reply {
  const { organization, user, request, world } = call;
  const row = lookUp(organization, key);
  demand(user, 'prvDeleteLead', 'Basic', 'lead');
  if (!row) throw notFound(key);
  demandOnLead(user, 'Delete', row);
  const ifMatch = condition(request, 'if-match');
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(row)) throw versionMismatch();
  world.deleteLead(organization, row.id);
  return empty(204, { 'odata-version': '4.0' });
}

/** GET, PUT and DELETE of one column: `leads(<key>)/subject`. */
export function leadColumn(call: Call, key: LeadKey, column: string): Reply {
  const { organization, user, request, root } = call;
  const row = lookUp(organization, key);
  if (!row) throw notFound(key);
  if (!isReadable(column, organization)) throw unknownProperty(column);
  if (request.method === 'GET') {
    demandOnLead(user, 'Read', row);
    const value = valuesOf(row, organization)[column];
    if (value === undefined || value === null) return empty(204, { 'odata-version': '4.0' });
    return json(200, { '@odata.context': `${root}/$metadata#leads(${row.id})/${column}`, value });
  }
  const value = request.method === 'DELETE' ? null : (jsonBody(request) as { value?: unknown } | null)?.value;
  updated(call, row, { [column]: value });
  return empty(204, { 'odata-version': '4.0' });
}
