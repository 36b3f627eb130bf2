// One emulated organisation: its settings worked out, its users, and its leads.
import { guidOf } from '../world/ids.ts';
import { LEAD_COLUMNS, type Column } from './lead-columns.ts';
import { LeadStore } from './lead-store.ts';
import { WebServers } from './service-protection.ts';
import {
  leadWriterRole,
  systemAdministratorRole,
  type Depth,
  type OrganizationSettings,
  type Role,
} from './organization-settings.ts';

export type SystemUser = {
  readonly systemuserid: string;
  readonly fullname: string;
  readonly applicationId?: string;
  readonly username?: string;
  readonly enabled: boolean;
  /** Roles that exist here and are assigned. */
  readonly roles: readonly Role[];
  /** Strongest depth of each privilege over all roles. */
  readonly privileges: ReadonlyMap<string, Depth>;
};

export type Organization = {
  readonly host: string;
  readonly settings: OrganizationSettings;
  readonly friendlyName: string;
  readonly organizationId: string;
  readonly businessUnitId: string;
  readonly solutions: readonly {
    uniquename: string;
    friendlyname: string;
    version: string;
    ismanaged: boolean;
  }[];
  readonly roles: readonly Role[];
  readonly usersByApplication: ReadonlyMap<string, SystemUser>;
  readonly usersByName: ReadonlyMap<string, SystemUser>;
  readonly usersById: ReadonlyMap<string, SystemUser>;
  readonly columns: ReadonlyMap<string, Column>;
  readonly leads: LeadStore;
  readonly servers: WebServers;
};

const DEPTHS: readonly Depth[] = ['Basic', 'Local', 'Deep', 'Global'];

/** `leads` is handed over when settings change, so that an organisation keeps its records. */
export function buildOrganization(
  host: string,
  settings: OrganizationSettings,
  leads = new LeadStore(),
): Organization {
  const label = host.split('.')[0] ?? host;
  const solutions = (
    settings.solutions ?? [
      { uniquename: settings.switches.leadWriterSolution, version: '1.0.0.0', ismanaged: true },
    ]
  ).map((solution) => ({ ...solution, friendlyname: solution.friendlyname ?? solution.uniquename }));
  const imported = new Set(solutions.map((solution) => solution.uniquename));
  const roles = (
    settings.roles ?? [leadWriterRole(settings.switches.leadWriterSolution), systemAdministratorRole()]
  ).filter((role) => role.solution === undefined || imported.has(role.solution));
  const users = [
    ...settings.applicationUsers.map((user) => systemUser(host, user.applicationId, user, roles)),
    ...settings.users.map((user) => systemUser(host, user.username, user, roles)),
  ];
  const removed = new Set(settings.removedColumns);
  const columns = new Map<string, Column>();
  for (const column of [...LEAD_COLUMNS, ...settings.columns])
    if (!removed.has(column.logicalName)) columns.set(column.logicalName, column);
  leads.defineKeys(settings.alternateKeys.filter((key) => key.status === 'Active'));
  return {
    host,
    settings,
    friendlyName: settings.friendlyName ?? label.charAt(0).toUpperCase() + label.slice(1),
    organizationId: settings.organizationId ?? guidOf('organization', host),
    businessUnitId: guidOf('businessunit', host),
    solutions,
    roles,
    usersByApplication: new Map(
      users.flatMap((user) => (user.applicationId ? [[user.applicationId, user] as const] : [])),
    ),
    usersByName: new Map(users.flatMap((user) => (user.username ? [[user.username, user] as const] : []))),
    usersById: new Map(users.map((user) => [user.systemuserid, user] as const)),
    columns,
    leads,
    servers: new WebServers(),
  };
}

type GivenUser = {
  applicationId?: string | undefined;
  username?: string | undefined;
  systemuserid?: string | undefined;
  fullname?: string | undefined;
  enabled: boolean;
  roles: string[];
};

function systemUser(host: string, name: string, given: GivenUser, existing: readonly Role[]): SystemUser {
  const roles = existing.filter((role) => given.roles.includes(role.name));
  const privileges = new Map<string, Depth>();
  for (const role of roles)
    for (const [privilege, depth] of Object.entries(role.privileges)) {
      const before = privileges.get(privilege);
      if (before === undefined || DEPTHS.indexOf(depth) > DEPTHS.indexOf(before))
        privileges.set(privilege, depth);
    }
  return {
    systemuserid: given.systemuserid ?? guidOf('systemuser', host, name),
    fullname: given.fullname ?? (given.username ? given.username : `# Lead writer ${name.slice(0, 8)}`),
    ...(given.applicationId ? { applicationId: given.applicationId } : {}),
    ...(given.username ? { username: given.username } : {}),
    enabled: given.enabled,
    roles,
    privileges,
  };
}

/** True when `user` holds `privilege` at `depth` or deeper. */
export function holds(user: SystemUser, privilege: string, depth: Depth = 'Basic'): boolean {
  const held = user.privileges.get(privilege);
  return held !== undefined && DEPTHS.indexOf(held) >= DEPTHS.indexOf(depth);
}
