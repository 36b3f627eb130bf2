// One lead comes into being: privileges, columns, plug-ins, keys, then the row.
import { json, type Reply } from '../http/exchange.ts';
import { newGuid } from '../world/ids.ts';
import { jsonBody, wantsRepresentation, type Call } from './call.ts';
import { checkColumns, checkStatus, requireColumns } from './check-columns.ts';
import { dataverseTime } from './dates.ts';
import { duplicateEntityKey, duplicatePrimaryKey } from './errors.ts';
import { refuseDuplicates, runPlugins } from './customer-rules.ts';
import { checkSelect, etagOf, leadEntity, wantsFormatted } from './lead-view.ts';
import type { Columns, LeadRow } from './lead-store.ts';
import type { Organization, SystemUser } from './organization.ts';
import { demandCreate } from './privileges.ts';
import { queryOptions } from './query-options.ts';

/** POST /leads */
export function createLead(call: Call): Reply {
  const { world, organization, user, request, root } = call;
  demandCreate(organization, user);
  const payload = jsonBody(request);
  refuseDuplicates(call, payload);
  const row = prepareLead(organization, user, payload, call.now);
  world.putLead(organization, row);
  return createdReply(call, row, `${root}/leads(${row.id})`);
}

/** 204 with the record's address, or 201 with the record when the caller prefers that. */
export function createdReply(call: Call, row: LeadRow, address: string): Reply {
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

/** The row that a create with this payload makes; throws what Dataverse refuses, changes nothing. */
export function prepareLead(
  organization: Organization,
  user: SystemUser,
  payload: unknown,
  now: number,
): LeadRow {
  const { switches, plugins } = organization.settings;
  const { id = newGuid(), columns } = checkColumns(payload, organization.columns, 'create');
  requireColumns(columns, organization.columns.values(), switches.applicationRequiredEnforced);
  runPlugins(plugins, 'Create', columns);
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
