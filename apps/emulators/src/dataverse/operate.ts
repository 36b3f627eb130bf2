/** Which operation of the Web API a request asks for. */
import { header, json, type Reply } from '../http/exchange.ts';
import { createMultiple, updateMultiple, upsertMultiple } from './bulk-leads.ts';
import type { Call } from './call.ts';
import { deleteLead, leadColumn, lookUp, notFound, upsertLead } from './change-leads.ts';
import { readCollection, readRecord, type Table } from './collection.ts';
import { createLead } from './create-lead.ts';
import { badQuery, DataverseError, methodNotAllowed, segmentNotFound } from './errors.ts';
import { parseLeadKey } from './lead-address.ts';
import { entityDefinitions } from './metadata.ts';
import { privilegeNameOf } from './lookups.ts';
import { demand } from './privileges.ts';
import { countLeads, readLead, readLeads } from './read-leads.ts';
import {
  boundTable,
  organizations,
  roles,
  sdkMessageFilters,
  securedColumns,
  solutions,
  systemUsers,
  teams,
  userPrivileges,
} from './system-tables.ts';

const BULK = 'leads/Microsoft.Dynamics.CRM.';

/** Performs one operation and answers it; throws a `DataverseError`. Never asynchronous: that is what makes it atomic. */
export function operate(call: Call): Reply {
  const { resource, request, organization } = call;
  checkHeaders(call);
  if (resource.startsWith('leads')) {
    if (!organization.settings.hasLeadTable) throw segmentNotFound('leads');
    return operateOnLeads(bypassesPlugins(call) ? withoutPlugins(call) : call);
  }
  if (request.method !== 'GET')
    throw known(resource) ? methodNotAllowed() : segmentNotFound(firstSegment(resource));
  return read(call);
}

/** Custom plug-ins can be left out by those who hold the privilege for it, which system administrators do. */
function bypassesPlugins({ request, user }: Call): boolean {
  const logic = header(request, 'mscrm.bypassbusinesslogicexecution');
  const older = header(request, 'mscrm.bypasscustompluginexecution');
  if (logic === '' && older !== 'true') return false;
  const privilege = logic === '' ? 'prvBypassCustomPlugins' : 'prvBypassCustomBusinessLogic';
  demand(user, privilege, 'Global', 'organization');
  return older === 'true' || logic.includes('CustomSync');
}

function withoutPlugins(call: Call): Call {
  const { organization } = call;
  return { ...call, organization: { ...organization, settings: { ...organization.settings, plugins: [] } } };
}

function operateOnLeads(call: Call): Reply {
  const { resource, request, organization } = call;
  const { method } = request;
  if (resource === 'leads') {
    if (method === 'POST') return createLead(call);
    if (method === 'GET') return readLeads(call);
    throw methodNotAllowed();
  }
  if (resource.startsWith(BULK)) return bulk(call, resource.slice(BULK.length));
  if (resource === 'leads/$count' && method === 'GET') return countLeads(call);
  const address = parseLeadKey(resource);
  if (!address) throw segmentNotFound(resource.split('/')[1] ?? firstSegment(resource));
  const { key, rest } = address;
  if (rest !== '') {
    if (!['GET', 'PUT', 'DELETE'].includes(method)) throw methodNotAllowed();
    return leadColumn(call, key, rest);
  }
  if (method === 'PATCH') return upsertLead(call, key);
  if (method === 'DELETE') return deleteLead(call, key);
  if (method !== 'GET') throw methodNotAllowed();
  const row = lookUp(organization, key);
  if (!row) {
    demand(call.user, 'prvReadLead', 'Basic', 'lead');
    throw notFound(key);
  }
  return readLead(call, row);
}

function bulk(call: Call, action: string): Reply {
  if (call.request.method !== 'POST') throw methodNotAllowed();
  if (action === 'CreateMultiple') return createMultiple(call);
  if (action === 'UpsertMultiple') return upsertMultiple(call);
  if (action === 'UpdateMultiple') return updateMultiple(call);
  throw segmentNotFound(`Microsoft.Dynamics.CRM.${action}`);
}

interface Read {
  readonly privilege?: readonly [name: string, table: string];
  readonly table: (call: Call) => Table;
}

const TABLES: Readonly<Record<string, Read>> = {
  solutions: { privilege: ['prvReadSolution', 'solution'], table: solutions },
  systemusers: { privilege: ['prvReadUser', 'systemuser'], table: systemUsers },
  roles: { privilege: ['prvReadRole', 'role'], table: roles },
  teams: { privilege: ['prvReadTeam', 'team'], table: teams },
  organizations: { table: organizations },
  sdkmessagefilters: { table: sdkMessageFilters },
};
const RECORD = /^(\w+)\(([0-9a-f-]{36})\)$/i;
const OF_USER = /^systemusers\(([0-9a-f-]{36})\)\/(systemuserroles_association|teammembership_association)$/i;

function read(call: Call): Reply {
  const { resource, user } = call;
  if (resource === 'WhoAmI' || resource === 'WhoAmI()') return whoAmI(call);
  if (resource === 'RetrieveVersion' || resource === 'RetrieveVersion()') return version(call);
  if (resource === '') return serviceDocument(call);
  const [, ofUser, association] = OF_USER.exec(resource) ?? [];
  if (ofUser !== undefined) {
    const isTeams = association?.startsWith('team') === true;
    demand(user, isTeams ? 'prvReadTeam' : 'prvReadRole', 'Basic', isTeams ? 'team' : 'role');
    return readCollection(call, isTeams ? teams(call, ofUser) : roles(call, ofUser));
  }
  const [, set = resource, id] = RECORD.exec(resource) ?? [];
  const found = Object.hasOwn(TABLES, set) ? TABLES[set] : undefined;
  if (found) {
    const oneself = set === 'systemusers' && id?.toLowerCase() === user.systemuserid;
    if (found.privilege && !oneself) demand(user, found.privilege[0], 'Basic', found.privilege[1]);
    return id === undefined
      ? readCollection(call, found.table(call))
      : readRecord(call, found.table(call), id);
  }
  const bound = id === undefined ? undefined : boundTable(call, set, id);
  if (bound && id !== undefined) {
    demand(user, `prvRead${privilegeNameOf(set)}`, 'Basic', bound.type);
    return readRecord(call, bound, id);
  }
  const reply = userPrivileges(call) ?? securedColumns(call) ?? entityDefinitions(call);
  if (!reply) throw segmentNotFound(firstSegment(resource));
  return reply;
}

const firstSegment = (resource: string): string => resource.split(/[/(]/)[0] ?? '';

const known = (resource: string): boolean =>
  Object.hasOwn(TABLES, firstSegment(resource)) ||
  ['WhoAmI', 'RetrieveVersion', 'EntityDefinitions'].includes(firstSegment(resource));

/** Refuses what a client must not claim: another OData version, a body that is not JSON. */
function checkHeaders({ request }: Call): void {
  const odata = header(request, 'odata-version');
  if (odata !== '' && odata !== '4.0' && odata !== '4.01')
    throw badQuery(`The value '${odata}' of the OData-Version header is not supported.`);
  if (request.body.length === 0 || request.method === 'GET') return;
  const type = header(request, 'content-type');
  if (type !== '' && !/^application\/json\b/i.test(type))
    throw new DataverseError(415, '0x80060888', `The content type '${type.slice(0, 100)}' is not supported.`);
}

function whoAmI({ root, organization, user }: Call): Reply {
  return json(
    200,
    {
      '@odata.context': `${root}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
      BusinessUnitId: organization.businessUnitId,
      UserId: user.systemuserid,
      OrganizationId: organization.organizationId,
    },
    'application/json; odata.metadata=minimal',
  );
}

function version({ root, organization }: Call): Reply {
  const context = `${root}/$metadata#Microsoft.Dynamics.CRM.RetrieveVersionResponse`;
  return json(200, { '@odata.context': context, Version: organization.settings.version });
}

function serviceDocument({ root, organization }: Call): Reply {
  const sets = [...(organization.settings.hasLeadTable ? ['leads'] : []), ...Object.keys(TABLES)];
  const value = sets.map((name) => ({ name, kind: 'EntitySet', url: name }));
  return json(200, { '@odata.context': `${root}/$metadata`, value });
}
