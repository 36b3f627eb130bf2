/** What a user may do to leads, by the set-up guide's rules; each refusal in Dataverse's words. */
import { guidOf } from '../ids.ts';
import { missingPrivilege, noRecordAccess, recordNotFound, type DataverseError } from './errors.ts';
import type { LeadRow } from './lead-store.ts';
import { logicalNameOf, privilegeNameOf } from './lookups.ts';
import { LEAD_WRITER_ROLE, type Depth } from './organization-settings.ts';
import type { Organization } from './organization.ts';
import { holds, type SystemUser } from './system-user.ts';

/** The grants the guide has people make by hand on the role. */
const HAND_MADE_GRANTS: readonly (readonly [privilege: string, depth: Depth, table: string])[] = [
  ['prvCreateUserEntityUISettings', 'Basic', 'userentityuisettings'],
  ['prvReadUserEntityUISettings', 'Basic', 'userentityuisettings'],
  ['prvWriteUserEntityUISettings', 'Basic', 'userentityuisettings'],
  ['prvReadAsyncOperation', 'Global', 'asyncoperation'],
  ['prvWriteAsyncOperation', 'Global', 'asyncoperation'],
  ['prvAppendToAsyncOperation', 'Global', 'asyncoperation'],
];

/** A privilege's id is the same in every organisation. */
export const privilegeId = (privilege: string): string => guidOf('privilege', privilege);

export function demand(user: SystemUser, privilege: string, depth: Depth, table: string): void {
  if (!holds(user, privilege, depth)) throw denied(user, privilege, table);
}

const denied = (user: SystemUser, privilege: string, table: string): DataverseError =>
  missingPrivilege(user, privilege, privilegeId(privilege), table);

/** Throws unless `user` may create leads. */
export function demandCreate(organization: Organization, user: SystemUser): void {
  const { leadWriterRoleRequired, handMadeGrantsRequired } = organization.settings.switches;
  if (leadWriterRoleRequired && !user.roles.some((role) => role.name === LEAD_WRITER_ROLE))
    throw denied(user, 'prvCreateLead', 'lead');
  demand(user, 'prvCreateLead', 'Basic', 'lead');
  if (!handMadeGrantsRequired) return;
  for (const [privilege, depth, table] of HAND_MADE_GRANTS) demand(user, privilege, depth, table);
}

/** Throws unless the records that lookups are bound to are there, and the user may bind them. */
export function demandBound(
  { settings: { records, switches } }: Organization,
  user: SystemUser,
  bound: readonly { target: string; id: string }[],
): void {
  for (const { target, id } of bound) {
    const table = logicalNameOf(target);
    if (records[target] && !records[target].includes(id)) throw recordNotFound(table, id);
    if (!switches.lookupsNeedAppend) continue;
    demand(user, 'prvAppendLead', 'Basic', 'lead');
    demand(user, `prvAppendTo${privilegeNameOf(target)}`, 'Basic', table);
  }
}

type Right = 'Read' | 'Write' | 'Delete';

/** Throws unless `user` may do that to this very lead: own ones at user depth, others deeper. */
export function demandOnLead(user: SystemUser, right: Right, row: LeadRow): void {
  demand(user, `prv${right}Lead`, 'Basic', 'lead');
  if (!mayTouch(user, right, row)) throw noRecordAccess(user, `${right}Access`, row.id);
}

/** Whether the depth of the privilege reaches this lead. One business unit: Local reaches everything. */
export function mayTouch(user: SystemUser, right: Right, row: LeadRow): boolean {
  return row.ownerId === user.systemuserid || holds(user, `prv${right}Lead`, 'Local');
}
