/** The settings that every writer has beside those of a service. */
import { SECOND_MS } from '@leads/pacing';
import type { SettingsOf } from '@leads/service';
import { z } from 'zod';
import { AWAY_AFTER_MS } from './lanes/away.ts';
import { TRIES } from './lanes/whose-fault.ts';

export const deliverySettings = {
  /** How long a destination may answer nothing of use before anybody is told, in seconds. */
  DESTINATION_AWAY_SECONDS: z.coerce
    .number()
    .positive()
    .default(AWAY_AFTER_MS / SECOND_MS),
  /** How long a lead that rules of the destination refuse is tried while no other passes, in seconds. */
  REFUSED_ALONE_SECONDS: z.coerce
    .number()
    .positive()
    .default(TRIES.rule.aloneMs / SECOND_MS),
};

export type DeliverySettings = SettingsOf<typeof deliverySettings>;
