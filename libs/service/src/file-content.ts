/** Kinds of settings: a file that is named, a text that a reader understands. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A setting that names a file: read at start, so that a wrong path stops the service before it listens. */
export const fileContent = z.string().transform((path, context) => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: `the file cannot be read (${(error as NodeJS.ErrnoException).code})`,
    });
    return z.NEVER;
  }
});

/** A setting that a reader of one's own understands, or what that one's error says is wrong. */
export function understood<Value>(read: (text: string) => Value) {
  return (text: string, context: z.RefinementCtx<string>): Value => {
    try {
      return read(text);
    } catch (error) {
      const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  };
}
