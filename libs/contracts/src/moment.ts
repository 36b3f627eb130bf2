/** Times that records tell and requests ask with. */
import { z } from 'zod';

/** Longer than any time with nanoseconds; PostgreSQL refuses one that is much longer, where JavaScript does not. */
const LONGEST = 40;

const isOfYearOne = (time: string): boolean => !time.startsWith('0000');

/** A time in UTC, as ISO 8601 has it, that PostgreSQL knows as well: for it, no year is 0. */
export const Moment = z.iso.datetime().max(LONGEST).refine(isOfYearOne, 'There was no year 0.');

/** A date that PostgreSQL knows as well. */
export const Day = z.iso.date().refine(isOfYearOne, 'There was no year 0.');
