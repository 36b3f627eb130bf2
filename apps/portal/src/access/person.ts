/** Who signed in and what they may do, as a verified ID token says. */
import { z } from 'zod';
import { cleanLine } from '@leads/contracts';
import type { Role } from '@leads/contracts/portal-api';

/** A signed-in person, as the session keeps them. */
export interface Person {
  /** The object id in their directory. */
  userId: string;
  name: string;
  email: string;
  /** The directory that they signed in with. */
  directoryId: string;
  /** Absent: nobody has given them one. */
  role?: Role;
}

const LONGEST_NAME = 200;
const Name = z.string().overwrite((text) => cleanLine(text, LONGEST_NAME));

/** What is read of an ID token of Microsoft Entra ID, v2.0. */
const Claims = z.object({
  oid: z.guid().toLowerCase(),
  tid: z.guid().toLowerCase(),
  name: Name.optional(),
  preferred_username: Name.optional(),
  roles: z.array(z.string()).default([]),
});

/**
 * The person whom the claims of a verified ID token are about. Names are shown and written down, never decided by:
 * a directory's administrators choose them.
 * @returns `undefined` where object or directory id is missing
 */
export function personOf(claims: unknown, operatorDirectoryId: string): Person | undefined {
  const { success, data } = Claims.safeParse(claims);
  if (!success) return undefined;
  const email = data.preferred_username || data.oid;
  const role = roleOf(data.roles, data.tid === operatorDirectoryId);
  return {
    userId: data.oid,
    name: data.name || email,
    email,
    directoryId: data.tid,
    ...(role === undefined ? {} : { role }),
  };
}

/** The most that the app roles give. `Operator` counts from the operators' own directory alone: any could assign it. */
function roleOf(appRoles: readonly string[], isOperatorDirectory: boolean): Role | undefined {
  if (isOperatorDirectory && appRoles.includes('Operator')) return 'operator';
  if (appRoles.includes('Publisher.Owner')) return 'owner';
  return appRoles.includes('Publisher.Reader') ? 'reader' : undefined;
}
