/** Texts in events that began as words of another system, or of a person: cleaned by every service that reads them. */
import { z } from 'zod';
import { cleanLine, cleanLines } from './plain-text.ts';

/** A word, a name or a sentence: one line. */
export const Line = z.string().overwrite((text) => cleanLine(text));

/** Sentences and steps, with their line breaks. */
export const Lines = z.string().overwrite((text) => cleanLines(text));
