/** The settings of a deployment's brand: of every service that makes mails or shows them. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Brand, type Logo, readLogo, USUAL_BRAND } from './deployment.ts';

/** A picture goes with every mail: a large one is sent a thousand times. */
const MOST_LOGO_BYTES = 100 * 1024;

export const brandSettings = {
  /** Stands at the top of every mail. */
  MAIL_BRAND_NAME: z.string().trim().min(1).max(80).default(USUAL_BRAND.name),
  /** Of the bar at the top, of buttons and links. */
  MAIL_BRAND_COLOUR: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'write it as #0f6cbd')
    .default(USUAL_BRAND.colour),
  /** A PNG, JPEG or GIF, shown 32 pixels high; unset, none. */
  MAIL_BRAND_LOGO_FILE: z
    .string()
    .transform((path, context) => {
      try {
        const content = readFileSync(path);
        const logo = content.length > MOST_LOGO_BYTES ? undefined : readLogo(content);
        if (logo) return logo;
        context.addIssue({ code: 'custom', message: 'it has to be a PNG, JPEG or GIF of at most 100 KiB' });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        context.addIssue({ code: 'custom', message: `the file cannot be read (${code})` });
      }
      return z.NEVER;
    })
    .optional(),
};

/** The brand that the settings say. */
export function brandOf({
  MAIL_BRAND_NAME: name,
  MAIL_BRAND_COLOUR: colour,
  MAIL_BRAND_LOGO_FILE: logo,
}: {
  MAIL_BRAND_NAME: string;
  MAIL_BRAND_COLOUR: string;
  MAIL_BRAND_LOGO_FILE?: Logo | undefined;
}): Brand {
  return { name, colour: colour.toLowerCase(), logo };
}
