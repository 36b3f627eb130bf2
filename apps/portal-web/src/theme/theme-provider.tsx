/** Gives every component Fluent's tokens, light or dark. */
import { FluentProvider, makeStyles, webDarkTheme, webLightTheme } from '@fluentui/react-components';
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { isDark, keepThemeChoice, keptThemeChoice, type ThemeChoice } from './theme-choice.ts';

interface Theme {
  choice: ThemeChoice;
  choose: (choice: ThemeChoice) => void;
}

const ThemeContext = createContext<Theme>({ choice: 'system', choose: () => undefined });

/** What was chosen, and how to choose. */
export function useTheme(): Theme {
  return useContext(ThemeContext);
}

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

const useStyles = makeStyles({ page: { minHeight: '100dvh' } });

export function ThemeProvider({ children }: { children: ReactNode }): ReactElement {
  const styles = useStyles();
  const [choice, setChoice] = useState(keptThemeChoice);
  const systemIsDark = useSyncExternalStore(
    (listener) => {
      systemDark.addEventListener('change', listener);
      return () => systemDark.removeEventListener('change', listener);
    },
    () => systemDark.matches,
  );
  const dark = isDark(choice, systemIsDark);
  useEffect(() => {
    // For what the browser draws itself: scroll bars, date pickers, the page beyond its end.
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  }, [dark]);
  const theme = useMemo<Theme>(
    () => ({
      choice,
      choose: (next) => {
        keepThemeChoice(next);
        setChoice(next);
      },
    }),
    [choice],
  );
  return (
    <ThemeContext value={theme}>
      <FluentProvider theme={dark ? webDarkTheme : webLightTheme}>
        {/* Not the provider's own class: menus and dialogs would get it too. */}
        <div className={styles.page}>{children}</div>
      </FluentProvider>
    </ThemeContext>
  );
}
