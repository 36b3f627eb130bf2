/** What goes of the writer's tables once it is old, besides what goes of the engine's. */
import { type Aged, aged } from '@leads/database';
import { DELIVERY_NOT_AGED, deliveryAges } from '@leads/delivery';
import { DAY_MS } from '@leads/pacing';
import type { Retention } from '@leads/service';

/** Of an organization that nobody has asked about for so long, nobody needs what it said. */
const READING_MS = 30 * DAY_MS;

export function writerAges(retention: Retention): Aged[] {
  return [...deliveryAges(retention), aged('readings', { since: 'again_at', forMs: READING_MS })];
}

/** What stays, whatever its age, and why. */
export const NOT_AGED = DELIVERY_NOT_AGED;
