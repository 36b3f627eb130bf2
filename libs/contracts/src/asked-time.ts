/** Times that requests ask with. */
import { z } from 'zod';

/** Longer than any time with nanoseconds; PostgreSQL refuses one that is much longer, where JavaScript does not. */
const LONGEST = 40;

/** A time in UTC, as ISO 8601 has it, that PostgreSQL knows as well: for it, no year is 0. */
export const AskedTime = z.iso
  .datetime()
  .max(LONGEST)
  .refine((time) => !time.startsWith('0000'), 'There was no year 0.');
