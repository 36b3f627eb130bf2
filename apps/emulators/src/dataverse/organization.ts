/** One emulated organisation: its settings worked out, its users, and its leads. */
import { guidOf } from '../ids.ts';
import { Attempts } from './attempts.ts';
import { LEAD_COLUMNS, type Column } from './lead-columns.ts';
import { LeadStore } from './lead-store.ts';
import { navigationOf, type Navigation } from './lookups.ts';
import { OtherRecords } from './other-records.ts';
import { paddingColumns } from './padding.ts';
import { WebServers } from './service-protection.ts';
import { systemUser, type SystemUser } from './system-user.ts';
import {
  leadWriterRole,
  systemAdministratorRole,
  type OrganizationSettings,
  type Role,
} from './organization-settings.ts';

export interface Organization {
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
  readonly navigation: ReadonlyMap<string, Navigation>;
  readonly leads: LeadStore;
  readonly others: OtherRecords;
  readonly attempts: Attempts;
  /** How often each plug-in has run, at all and for each lead; settings put anew start from zero. */
  readonly pluginRuns: Map<string, number>;
  readonly servers: WebServers;
}

/** What an organisation keeps when its settings change. */
export type Kept = Pick<Organization, 'leads' | 'others' | 'attempts'>;

const nothing = (): Kept => ({
  leads: new LeadStore(),
  others: new OtherRecords(),
  attempts: new Attempts(),
});

export function buildOrganization(
  host: string,
  settings: OrganizationSettings,
  { leads, others, attempts }: Kept = nothing(),
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
    ...settings.applicationUsers.map((user) =>
      systemUser(host, user.applicationId, user, roles, settings.teams),
    ),
    ...settings.users.map((user) => systemUser(host, user.username, user, roles, settings.teams)),
  ];
  const removed = new Set(settings.removedColumns);
  const columns = new Map<string, Column>();
  for (const column of [...LEAD_COLUMNS, ...paddingColumns(settings.padding), ...settings.columns])
    if (!removed.has(column.logicalName)) columns.set(column.logicalName, column);
  others.forget('from before');
  for (const { creates } of settings.plugins)
    for (const key of creates?.existing ?? [])
      if (creates && !others.has(creates.table, key)) others.put({ table: creates.table, key, leadid: null });
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
    navigation: navigationOf(columns.values()),
    leads,
    others,
    attempts,
    pluginRuns: new Map(),
    servers: new WebServers(),
  };
}
