/** The settings of incidents. */
import type { SettingsOf } from '@leads/service';
import { z } from 'zod';
import { QUIET_MS } from './fold-incidents.ts';

export const incidentSettings = {
  /** How long the cause of an incident has to be gone until the incident is over. */
  INCIDENT_QUIET_SECONDS: z.coerce
    .number()
    .int()
    .positive()
    .default(QUIET_MS / 1_000),
};

export type IncidentSettings = SettingsOf<typeof incidentSettings>;
