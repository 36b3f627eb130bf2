/** What a deployment puts into its mails: its brand, and where they lead. */

/** A picture that goes with a mail as its attachment: mails load nothing from anywhere. */
export interface Logo {
  content: Buffer;
  contentType: 'image/png' | 'image/jpeg' | 'image/gif';
}

export interface Brand {
  /** Stands at the top of every mail. */
  name: string;
  /** Of buttons, links and the bar at the top, as `#rrggbb`. */
  colour: string;
  logo?: Logo | undefined;
}

export interface Deployment {
  brand: Brand;
  /** Where the console is; `undefined` where that is not told. */
  consoleUrl: string | undefined;
  /** Where links to records lead, followed by the organization's host; `undefined`: to the organization. */
  linkBase: string | undefined;
}

/** The brand where none is set. */
export const USUAL_BRAND: Brand = { name: 'Marketplace leads', colour: '#0f6cbd' };

/** Which picture a file is, by its first bytes; `undefined` where mail programs do not show it. */
export function readLogo(content: Buffer): Logo | undefined {
  const start = content.subarray(0, 4).toString('latin1');
  if (start === '\x89PNG') return { content, contentType: 'image/png' };
  if (start.startsWith('\xff\xd8\xff')) return { content, contentType: 'image/jpeg' };
  if (start === 'GIF8') return { content, contentType: 'image/gif' };
  return undefined;
}

/** Black or white, whichever is read better on a colour (WCAG 2, relative luminance). */
export function onColour(colour: string): '#000000' | '#ffffff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}
