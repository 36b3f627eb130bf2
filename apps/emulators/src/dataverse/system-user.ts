/** A user of an organisation: its roles, and the privileges that they add up to. Pure. */
import { guidOf } from '../ids.ts';
import type { Depth, Role, Team } from './organization-settings.ts';

export interface SystemUser {
  readonly systemuserid: string;
  readonly fullname: string;
  readonly applicationId?: string;
  readonly username?: string;
  readonly enabled: boolean;
  /** Roles that exist here and are assigned, directly or through a team. */
  readonly roles: readonly Role[];
  /** Those of them that are assigned directly. */
  readonly ownRoles: readonly Role[];
  readonly teams: readonly Team[];
  /** Strongest depth of each privilege over all roles. */
  readonly privileges: ReadonlyMap<string, Depth>;
  /** Secured columns that this user may fill. */
  readonly permittedColumns: ReadonlySet<string>;
}

const DEPTHS: readonly Depth[] = ['Basic', 'Local', 'Deep', 'Global'];

interface GivenUser {
  applicationId?: string | undefined;
  username?: string | undefined;
  systemuserid?: string | undefined;
  fullname?: string | undefined;
  enabled: boolean;
  roles: string[];
  permittedColumns: string[];
}

/** `existing` are the roles that the organisation has; others that are given count for nothing. */
export function systemUser(
  host: string,
  name: string,
  given: GivenUser,
  existing: readonly Role[],
  allTeams: readonly Team[],
): SystemUser {
  const ownRoles = existing.filter((role) => given.roles.includes(role.name));
  const teams = allTeams.filter(({ members }) => members.includes(name.toLowerCase()));
  const ofTeams = existing.filter((role) => teams.some(({ roles }) => roles.includes(role.name)));
  const privileges = new Map<string, Depth>();
  const grant = (role: Role, isThroughTeam: boolean): void => {
    for (const [privilege, depth] of Object.entries(role.privileges)) {
      if (isThroughTeam && role.teamPrivilegesOnly && depth === 'Basic') continue;
      const before = privileges.get(privilege);
      if (before === undefined || DEPTHS.indexOf(depth) > DEPTHS.indexOf(before))
        privileges.set(privilege, depth);
    }
  };
  for (const role of ownRoles) grant(role, false);
  for (const role of ofTeams) grant(role, true);
  return {
    systemuserid: given.systemuserid ?? guidOf('systemuser', host, name),
    fullname: given.fullname ?? (given.username ? given.username : `# Lead writer ${name.slice(0, 8)}`),
    ...(given.applicationId ? { applicationId: given.applicationId } : {}),
    ...(given.username ? { username: given.username } : {}),
    enabled: given.enabled,
    roles: [...new Set([...ownRoles, ...ofTeams])],
    ownRoles,
    teams,
    privileges,
    permittedColumns: new Set(given.permittedColumns),
  };
}

/** True when `user` holds `privilege` at `depth` or deeper. */
export function holds(user: SystemUser, privilege: string, depth: Depth = 'Basic'): boolean {
  const held = user.privileges.get(privilege);
  return held !== undefined && DEPTHS.indexOf(held) >= DEPTHS.indexOf(depth);
}
