/** Names of countries: the marketplace sends whatever was typed, often an ISO code; sellers want a name. */
import { own } from '@leads/contracts';

/** Codes with three letters that customers write; `Intl` knows only those with two. */
const LONG_CODES: Readonly<Record<string, string>> = {
  USA: 'US', GBR: 'GB', DEU: 'DE', FRA: 'FR', ESP: 'ES', ITA: 'IT', NLD: 'NL', CAN: 'CA', AUS: 'AU', IND: 'IN',
  JPN: 'JP', CHN: 'CN', BRA: 'BR', MEX: 'MX', CHE: 'CH', AUT: 'AT', SWE: 'SE', NOR: 'NO', DNK: 'DK', POL: 'PL',
}; // prettier-ignore

/**
 * The name of the country that a text means by its ISO 3166 code, or the text as it came.
 * @param language of the name, as a BCP 47 tag; one that `Intl` does not know counts as English
 */
export function countryName(text: string, language = 'en'): string {
  const code = own(LONG_CODES, text.toUpperCase()) ?? text.toUpperCase();
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
