/** What each check of a Validate is called, and what it looks at, in words. */
import { findCheck } from '@leads/contracts/validation';

export interface CheckWords {
  title: string;
  /** What it finds out, while it runs. */
  looksAt: string;
}

/** Words for any check: one that this console does not know yet is called by its name. */
export function checkWords(check: string): CheckWords {
  const known = findCheck(check);
  if (known) return known;
  const name = check.replace(/^privilege-(?:prv)?/, 'Privilege ').replaceAll('-', ' ');
  return { title: name.charAt(0).toUpperCase() + name.slice(1), looksAt: '' };
}
