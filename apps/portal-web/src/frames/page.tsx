/**
 * The frame of every page inside the shell: its way back, heading, actions. Sets the tab's title, and moves the focus
 * to the heading after a navigation, so that a screen reader says where one is.
 *
 * `<Page title="Leads" actions={<Button…/>}>…</Page>`; `title` may change when data has come.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { ChevronLeft16Regular } from '@fluentui/react-icons';
import { useEffect, useLayoutEffect, useRef, type ReactElement, type ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { tabTitle } from './product-name.ts';
import { PHONE } from '../theme/screen.ts';
import { buttonRow } from '../theme/looks.ts';

const useStyles = makeStyles({
  page: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    boxSizing: 'border-box',
    width: '100%',
    maxWidth: '1320px',
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXXL} ${tokens.spacingVerticalXXXL}`,
    [PHONE]: { padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalL}` },
  },
  back: {
    display: 'inline-flex',
    alignItems: 'center',
    alignSelf: 'flex-start',
    gap: tokens.spacingHorizontalXXS,
    minHeight: '24px',
    color: tokens.colorBrandForegroundLink,
    textDecorationLine: 'none',
    ':hover': { textDecorationLine: 'underline' },
  },
  top: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    gap: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
  },
  words: { minWidth: 0, flex: '1 1 300px' },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
    outlineStyle: 'none',
    [PHONE]: { fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500 },
  },
  intro: { marginTop: tokens.spacingVerticalXS, color: tokens.colorNeutralForeground2, maxWidth: '75ch' },
  actions: buttonRow,
});

export interface PageProps {
  title: string;
  /** A line or two below the heading. */
  intro?: ReactNode;
  /** Buttons beside the heading. */
  actions?: ReactNode;
  /** Where this page hangs from. */
  back?: { to: string; text: string };
  children: ReactNode;
}

let lastPath: string | undefined;
/** A page whose data has come is another one than its outline was: the focus stays with the heading. */
let hadFocus = false;
const AFTER_DIALOG_MS = 250;

export function Page({ title, intro, actions, back, children }: PageProps): ReactElement {
  const styles = useStyles();
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    document.title = tabTitle(title);
  }, [title]);
  useLayoutEffect(() => {
    const element = heading.current;
    return () => {
      hadFocus = element !== null && document.activeElement === element;
    };
  }, []);
  useEffect(() => {
    // Not on the first page: there the browser says the title itself, and Tab begins at the skip link.
    const isNavigation = lastPath !== undefined && lastPath !== pathname;
    lastPath = pathname;
    if (!isNavigation && !hadFocus) return;
    heading.current?.focus({ preventScroll: true });
    // A dialog that led here closes a moment later, and leaves the focus nowhere.
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
    }, AFTER_DIALOG_MS);
    return () => clearTimeout(timer);
  }, [pathname]);
  return (
    <div className={styles.page}>
      {back && (
        <Link to={back.to} className={styles.back}>
          <ChevronLeft16Regular aria-hidden />
          {back.text}
        </Link>
      )}
      <div className={styles.top}>
        <div className={styles.words}>
          <h1 ref={heading} tabIndex={-1} className={styles.title}>
            {title}
          </h1>
          {intro !== undefined && <div className={styles.intro}>{intro}</div>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}
