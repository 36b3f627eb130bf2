/** Whether a user may sign in: account, password, and what the directory demands besides. */
import { refuse, type Refusal } from './aadsts.ts';
import { sameText } from './client-proof.ts';
import type { App, Tenant, User } from './tenant.ts';

/** Wrong passwords in a row after which the account is locked. */
const LOCK_AFTER = 10;

/** Counts wrong passwords; settings put anew start from zero. */
export class SignIns {
  private readonly wrong = new WeakMap<User, number>();

  /** The user, or why not. `mfaDone`: a second factor was given, which the password grant cannot. */
  check(tenant: Tenant, app: App, username: string, password: string, mfaDone: boolean): User | Refusal {
    const user = tenant.users.get(username.trim().toLowerCase());
    if (!user) return refuse(50034, username, tenant.domains[0] ?? tenant.id);
    if (user.locked || (this.wrong.get(user) ?? 0) >= LOCK_AFTER) return refuse(50053);
    if (!sameText(user.password, password)) {
      this.wrong.set(user, (this.wrong.get(user) ?? 0) + 1);
      return refuse(50126);
    }
    this.wrong.delete(user);
    return checkStanding(tenant, app, user, mfaDone);
  }
}

/** What holds for a user whoever they said they are: also asked when a refresh token is used. */
export function checkStanding(_tenant: Tenant, app: App, user: User, mfaDone: boolean): User | Refusal {
  if (!user.enabled) return refuse(50057);
  if (user.passwordExpired) return refuse(50055);
  if (user.blockedByConditionalAccess) return refuse(53003);
  if (user.mfaRequired && !mfaDone) return refuse(50076, app.clientId);
  if (!app.consented) return refuse(65001, app.clientId, app.displayName);
  return user;
}
