/** The tables around the leads that a connection check looks at: solutions, users, roles, messages. */
import { guidOf } from '../ids.ts';
import type { Call } from './call.ts';
import type { Table } from './collection.ts';
import type { Organization } from './organization.ts';
import { json, type Reply } from '../http/exchange.ts';
import { DataverseError, recordNotFound } from './errors.ts';
import { logicalNameOf } from './lookups.ts';
import { demand, privilegeId } from './privileges.ts';
import { queryOptions } from './query-options.ts';
import type { SystemUser } from './system-user.ts';

const EPOCH = '2020-03-30T00:00:00Z';

export function solutions({ organization }: Call): Table {
  return {
    set: 'solutions',
    type: 'solution',
    primaryKey: 'solutionid',
    rows: organization.solutions.map((solution) => ({
      solutionid: guidOf('solution', organization.host, solution.uniquename),
      uniquename: solution.uniquename,
      friendlyname: solution.friendlyname,
      version: solution.version,
      ismanaged: solution.ismanaged,
      isvisible: true,
      installedon: EPOCH,
    })),
  };
}

export function systemUsers({ organization }: Call): Table {
  return {
    set: 'systemusers',
    type: 'systemuser',
    primaryKey: 'systemuserid',
    rows: [...organization.usersById.values()].map((user) => ({
      systemuserid: user.systemuserid,
      fullname: user.fullname,
      applicationid: user.applicationId ?? null,
      domainname: user.username ?? `${user.applicationId}@${organization.host}`,
      internalemailaddress: user.username ?? null,
      isdisabled: !user.enabled,
      accessmode: user.applicationId ? 4 : 0,
      _businessunitid_value: organization.businessUnitId,
    })),
  };
}

const roleId = (organization: Organization, name: string): string => guidOf('role', organization.host, name);

/** All roles, or those that a user holds directly: what teams bring is not among them. */
export function roles({ organization }: Call, ofUser?: string): Table {
  const user = ofUser === undefined ? undefined : userNamed(organization, ofUser);
  return {
    set: 'roles',
    type: 'role',
    primaryKey: 'roleid',
    rows: (user?.ownRoles ?? organization.roles).map((role) => ({
      roleid: roleId(organization, role.name),
      name: role.name,
      ismanaged: role.solution !== undefined,
      _businessunitid_value: organization.businessUnitId,
    })),
  };
}

/** All teams, or those that a user is a member of. */
export function teams({ organization }: Call, ofUser?: string): Table {
  const user = ofUser === undefined ? undefined : userNamed(organization, ofUser);
  return {
    set: 'teams',
    type: 'team',
    primaryKey: 'teamid',
    rows: (user?.teams ?? organization.settings.teams).map(({ name, teamid }) => ({
      teamid: teamid ?? guidOf('team', organization.host, name),
      name,
      teamtype: 0,
      _businessunitid_value: organization.businessUnitId,
    })),
  };
}

function userNamed(organization: Organization, id: string): SystemUser {
  const user = organization.usersById.get(id.toLowerCase());
  if (!user) throw recordNotFound('systemuser', id);
  return user;
}

export function organizations({ organization }: Call): Table {
  return {
    set: 'organizations',
    type: 'organization',
    primaryKey: 'organizationid',
    rows: [
      {
        organizationid: organization.organizationId,
        name: organization.friendlyName,
        languagecode: 1033,
        isduplicatedetectionenabled: organization.settings.switches.duplicateDetection,
      },
    ],
  };
}

/** Which tables take which bulk messages; UpsertMultiple is not listed by Dataverse. */
export function sdkMessageFilters({ organization }: Call): Table {
  const { createMultiple } = organization.settings.switches;
  const messages = [
    'Create',
    'Update',
    'Delete',
    'Retrieve',
    ...(createMultiple ? ['CreateMultiple', 'UpdateMultiple'] : []),
  ];
  return {
    set: 'sdkmessagefilters',
    type: 'sdkmessagefilter',
    primaryKey: 'sdkmessagefilterid',
    rows: messages.map((name) => ({
      sdkmessagefilterid: guidOf('sdkmessagefilter', name, 'lead'),
      primaryobjecttypecode: 'lead',
      'sdkmessageid/name': name,
      _sdkmessageid_value: guidOf('sdkmessage', name),
    })),
  };
}

const PRIVILEGE_CALL =
  /^systemusers\(([0-9a-f-]{36})\)\/Microsoft\.Dynamics\.CRM\.(RetrieveUserPrivilegeByPrivilegeName|RetrieveUserPrivileges)(?:\((.*)\))?$/i;

/** The functions that tell a user's privileges: everybody may ask about themselves. */
export function userPrivileges(call: Call): Reply | undefined {
  const match = PRIVILEGE_CALL.exec(call.resource);
  if (!match) return undefined;
  const [, id = '', name = '', parameters = ''] = match;
  if (id.toLowerCase() !== call.user.systemuserid) demand(call.user, 'prvReadUser', 'Global', 'systemuser');
  const user = userNamed(call.organization, id);
  const wanted = name === 'RetrieveUserPrivileges' ? undefined : privilegeNamed(parameters, call);
  const held = [...user.privileges].filter(([privilege]) => wanted === undefined || privilege === wanted);
  return json(
    200,
    {
      '@odata.context': `${call.root}/$metadata#Microsoft.Dynamics.CRM.${name}Response`,
      RolePrivileges: held.map(([privilege, depth]) => ({
        Depth: depth,
        PrivilegeId: privilegeId(privilege),
        BusinessUnitId: call.organization.businessUnitId,
        PrivilegeName: privilege,
        RecordFilterId: '00000000-0000-0000-0000-000000000000',
        RecordFilterUniqueName: '',
      })),
    },
    'application/json; odata.metadata=minimal',
  );
}

/** `PrivilegeName='prvCreateLead'`, or `PrivilegeName=@p` with `?@p='prvCreateLead'`. */
function privilegeNamed(parameters: string, call: Call): string {
  const given = /^PrivilegeName=(.+)$/.exec(parameters)?.[1] ?? '';
  const text = given.startsWith('@') ? (queryOptions(call.request.search).others[given] ?? '') : given;
  const name = /^'([^']+)'$/.exec(text)?.[1];
  if (name === undefined)
    throw new DataverseError(400, '0x80060888', "The parameter 'PrivilegeName' is missing or not a string.");
  return name;
}

const SECURITY_CALL =
  /^systemusers\(([0-9a-f-]{36})\)\/Microsoft\.Dynamics\.CRM\.RetrievePrincipalAttributePrivileges(?:\(\))?$/i;

/** A field permission that allows (the choice of `fieldpermission`: 0 not allowed, 4 allowed). */
const ALLOWED = 4;

/** The function that tells what column security profiles let a user do: everybody may ask about themselves. */
export function securedColumns(call: Call): Reply | undefined {
  const [, id] = SECURITY_CALL.exec(call.resource) ?? [];
  if (id === undefined) return undefined;
  if (id.toLowerCase() !== call.user.systemuserid) demand(call.user, 'prvReadUser', 'Global', 'systemuser');
  const { permittedColumns } = userNamed(call.organization, id);
  const permitted = [...call.organization.columns.values()].filter(
    ({ secured, logicalName }) => secured && permittedColumns.has(logicalName),
  );
  return json(
    200,
    {
      '@odata.context': `${call.root}/$metadata#Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivilegesResponse`,
      AttributePrivileges: permitted.map(({ logicalName }) => ({
        AttributeId: guidOf('attribute', 'lead', logicalName),
        CanCreate: ALLOWED,
        CanRead: ALLOWED,
        CanUpdate: ALLOWED,
        CanReadUnmasked: 0,
      })),
    },
    'application/json; odata.metadata=minimal',
  );
}

/** The table that lookups of leads refer to: of its records nothing is known but which there are. */
export function boundTable({ organization }: Call, set: string, id: string): Table | undefined {
  const isBound = [...organization.columns.values()].some(({ targets = [] }) => targets.includes(set));
  if (!isBound) return undefined;
  const type = logicalNameOf(set);
  const ids = organization.settings.records[set] ?? [id.toLowerCase()];
  return { set, type, primaryKey: `${type}id`, rows: ids.map((each) => ({ [`${type}id`]: each })) };
}
