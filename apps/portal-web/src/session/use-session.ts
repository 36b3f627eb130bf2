/** Who is signed in, for everything inside `SignedIn`. */
import { createContext, useContext } from 'react';
import type { Role, Session } from '@leads/contracts/portal-api';

/** A session of somebody who has a role. */
export type RoleSession = Session & { role: Role };

export const SessionContext = createContext<RoleSession | undefined>(undefined);

/** Who is signed in, with their role. Only inside the pages that `routes.tsx` puts below `SignedIn`. */
export function useSession(): RoleSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession was used outside of SignedIn.');
  return session;
}
