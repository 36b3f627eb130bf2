import { z } from 'zod';

/** A time: ISO 8601, in UTC. */
export const At = z.iso.datetime();
