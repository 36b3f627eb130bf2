/** One lead comes into being: privileges, columns, plug-ins, keys, then the row. */
import { json, type Reply } from '../http/exchange.ts';
import { GUID, newGuid } from '../ids.ts';
import type { Attempt } from './attempts.ts';
import { jsonBody, wantsRepresentation, type Call } from './call.ts';
import { checkColumns, checkStatus, requireColumns } from './check-columns.ts';
import { dataverseTime } from './dates.ts';
import { DataverseError, duplicateEntityKey, duplicatePrimaryKey } from './errors.ts';
import { refuseDuplicates, runPlugins } from './customer-rules.ts';
import { checkSelect, etagOf, leadEntity, wantsFormatted } from './lead-view.ts';
import type { Columns, LeadRow } from './lead-store.ts';
import type { Organization } from './organization.ts';
import type { SystemUser } from './system-user.ts';
import { demand, demandBound, demandCreate } from './privileges.ts';
import { queryOptions } from './query-options.ts';

/** POST /leads */
export function createLead(call: Call): Reply {
  const { organization, user, request, root } = call;
  demandCreate(organization, user);
  const payload = jsonBody(request);
  refuseDuplicates(call, payload);
  const row = insertLead(call, payload, request.path.endsWith('$batch') ? 'batch' : 'single');
  return createdReply(call, row, `${root}/leads(${row.id})`);
}

/** 204 with the record's address, or 201 with the record when the caller prefers that. */
function createdReply(call: Call, row: LeadRow, address: string): Reply {
  if (!wantsRepresentation(call.request))
    return { status: 204, headers: { 'odata-version': '4.0', 'odata-entityid': address } };
  return representation(call, row, 201);
}

/** The record as it now is, with status 200 or 201. */
export function representation(call: Call, row: LeadRow, status: 200 | 201): Reply {
  const select = checkSelect(queryOptions(call.request.search).select, call.organization);
  const shown = select === undefined ? '' : `(${select.join(',')})`;
  const entity = {
    '@odata.context': `${call.root}/$metadata#leads${shown}/$entity`,
    ...leadEntity(row, call.organization, select, wantsFormatted(call.request)),
  };
  const reply = json(status, entity, 'application/json; odata.metadata=minimal');
  return {
    ...reply,
    headers: {
      ...reply.headers,
      'odata-version': '4.0',
      'preference-applied': 'return=representation',
      etag: etagOf(row),
    },
  };
}

/**
 * Creates the lead of this payload, with all that plug-ins make of it, or nothing: throws what Dataverse refuses. Either
 * way the attempt is noted.
 */
export function insertLead(call: Call, payload: unknown, as: Attempt['as']): LeadRow {
  const { world, organization, now } = call;
  // Known before it is checked, so that a refusal is noted with the lead that it hits.
  const given = (payload as Columns | null)?.['leadid'];
  const leadid = typeof given === 'string' && GUID.test(given) ? given.toLowerCase() : newGuid();
  call.cost.rows += 1;
  const attempt: Attempt = { at: now, leadid, as, status: 201, code: '' };
  try {
    const row = world.atomically(() => {
      const prepared = prepareLead(call, payload, leadid);
      world.putLead(organization, prepared);
      world.undoWith(() => (attempt.status = 0));
      return prepared;
    });
    organization.attempts.add(attempt);
    return row;
  } catch (error) {
    if (error instanceof DataverseError)
      organization.attempts.add({ ...attempt, status: error.status, code: error.code });
    throw error;
  }
}

function prepareLead(call: Call, payload: unknown, newId: string): LeadRow {
  const { organization, user, now } = call;
  const { switches } = organization.settings;
  const { columns: table, navigation } = organization;
  const { permittedColumns } = user;
  const {
    id = newId,
    columns,
    bound,
  } = checkColumns(payload, { columns: table, navigation, permittedColumns }, 'create');
  requireColumns(columns, table.values(), switches.applicationRequiredEnforced);
  if (typeof columns['overriddencreatedon'] === 'string')
    demand(user, 'prvOverrideCreatedOnCreatedBy', 'Basic', 'lead');
  demandBound(organization, user, bound);
  runPlugins(call, 'Create', id, columns);
  if (typeof columns['statuscode'] === 'number') checkStatus(0, columns['statuscode'], id);
  if (organization.leads.has(id)) throw duplicatePrimaryKey();
  const violated = organization.leads.violatedKey(id, columns);
  if (violated) throw duplicateEntityKey(violated.name, violated.columns);
  return newRow(organization, user, id, columns, now);
}

function newRow(
  organization: Organization,
  user: SystemUser,
  id: string,
  columns: Columns,
  now: number,
): LeadRow {
  const { statuscode, overriddencreatedon, _ownerid_value: owner, ...given } = columns;
  return {
    id,
    version: organization.leads.nextVersion(),
    createdOn: typeof overriddencreatedon === 'string' ? Date.parse(overriddencreatedon) : now,
    modifiedOn: now,
    createdBy: user.systemuserid,
    modifiedBy: user.systemuserid,
    ownerId: typeof owner === 'string' ? owner : user.systemuserid,
    stateCode: 0,
    statusCode: typeof statuscode === 'number' ? statuscode : 1,
    json: JSON.stringify(overriddencreatedon ? { ...given, overriddencreatedon: dataverseTime(now) } : given),
  };
}
