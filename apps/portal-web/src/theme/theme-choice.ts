/** Light, dark, or as the system has it: what was chosen, kept in this browser. */

export type ThemeChoice = 'light' | 'dark' | 'system';
const THEME_CHOICES: readonly ThemeChoice[] = ['light', 'dark', 'system'];

const KEY = 'theme';

/** Reads what was kept; whatever is not a choice counts as `system`. */
export function readThemeChoice(kept: string | null): ThemeChoice {
  return THEME_CHOICES.find((choice) => choice === kept) ?? 'system';
}

export function isDark(choice: ThemeChoice, systemIsDark: boolean): boolean {
  return choice === 'system' ? systemIsDark : choice === 'dark';
}

/** A browser may refuse to keep anything: then it counts until the page is closed. */
export function keptThemeChoice(): ThemeChoice {
  try {
    return readThemeChoice(window.localStorage.getItem(KEY));
  } catch {
    return 'system';
  }
}

export function keepThemeChoice(choice: ThemeChoice): void {
  try {
    window.localStorage.setItem(KEY, choice);
  } catch {
    // See above.
  }
}
