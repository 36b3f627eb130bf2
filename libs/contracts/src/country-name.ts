/** Names of countries: the marketplace sends whatever was typed, often an ISO code; sellers want a name. */
import { iso31661Alpha3ToAlpha2 } from 'iso-3166';
import { own } from './own.ts';

/** In use for Kosovo, which ISO has assigned nothing. */
const UNASSIGNED: Readonly<Record<string, string>> = { XKX: 'XK' };

/**
 * The name of the country that a text means by its ISO 3166 code, or the text as it came.
 * @param language of the name, as a BCP 47 tag; one that `Intl` does not know counts as English
 */
export function countryName(text: string, language = 'en'): string {
  const typed = text.toUpperCase();
  const code = own(iso31661Alpha3ToAlpha2, typed) ?? own(UNASSIGNED, typed) ?? typed;
  if (!/^[A-Z]{2}$/.test(code) || code === 'ZZ') return text;
  return namesIn(language).of(code) ?? text;
}

const known = new Map<string, Intl.DisplayNames>();

function namesIn(language: string): Intl.DisplayNames {
  const made = known.get(language) ?? make(language);
  known.set(language, made);
  return made;
}

function make(language: string): Intl.DisplayNames {
  const options = { type: 'region', fallback: 'none' } as const;
  try {
    return new Intl.DisplayNames([language, 'en'], options);
  } catch {
    return new Intl.DisplayNames('en', options);
  }
}
