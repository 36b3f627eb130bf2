/** What each role may do in the console. The portal checks every request itself; this only decides what is shown. */
import type { Role } from '@leads/contracts/portal-api';

/** Connect, change, publish, replay, see lead addresses. */
export function mayChange(role: Role): boolean {
  return role === 'owner' || role === 'operator';
}

/** See lanes, throughput and the sum of all publishers. */
export function mayOperate(role: Role): boolean {
  return role === 'operator';
}

export const roleWords: Record<Role, string> = { operator: 'Operator', owner: 'Owner', reader: 'Reader' };
