// The tables around the leads that a connection check looks at: solutions, users, roles, messages.
import { guidOf } from '../world/ids.ts';
import type { Call } from './call.ts';
import type { Table } from './collection.ts';
import type { Organization } from './organization.ts';
import { json, type Reply } from '../http/exchange.ts';
import { DataverseError } from './errors.ts';
import { demand, privilegeId } from './privileges.ts';
import { queryOptions } from './query-options.ts';

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

export function roles({ organization }: Call, ofUser?: string): Table {
  const user = ofUser === undefined ? undefined : organization.usersById.get(ofUser.toLowerCase());
  if (ofUser !== undefined && !user)
    throw new DataverseError(404, '0x80040217', `Entity 'systemuser' With Id = ${ofUser} Does Not Exist`);
  return {
    set: 'roles',
    type: 'role',
    primaryKey: 'roleid',
    rows: (user?.roles ?? organization.roles).map((role) => ({
      roleid: roleId(organization, role.name),
      name: role.name,
      ismanaged: role.solution !== undefined,
      _businessunitid_value: organization.businessUnitId,
    })),
  };
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
  const user = call.organization.usersById.get(id.toLowerCase());
  if (!user)
    throw new DataverseError(404, '0x80040217', `Entity 'systemuser' With Id = ${id} Does Not Exist`);
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
