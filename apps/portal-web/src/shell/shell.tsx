/** What is around every page of somebody signed in: header, navigation, and the place for messages. */
import { makeStyles, Toaster, tokens } from '@fluentui/react-components';
import { Suspense, type ReactElement } from 'react';
import { Outlet, ScrollRestoration } from 'react-router';
import { PageSkeleton } from '../pieces/page-skeleton.tsx';
import { TOASTER } from '../pieces/success-toast.tsx';
import { Header } from './header.tsx';
import { LiveStatusBar } from './live-status-bar.tsx';
import { Navigation } from './navigation.tsx';
import { DESKTOP, PHONE, TABLET } from '../theme/screen.ts';

const useStyles = makeStyles({
  skip: {
    position: 'fixed',
    top: tokens.spacingVerticalS,
    left: tokens.spacingHorizontalS,
    zIndex: 1000,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    clipPath: 'inset(50%)',
    ':focus': { clipPath: 'none' },
  },
  body: {
    display: 'grid',
    [DESKTOP]: { gridTemplateColumns: '232px minmax(0, 1fr)' },
    [TABLET]: { gridTemplateColumns: '80px minmax(0, 1fr)' },
    [PHONE]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  main: {
    minWidth: 0,
    outlineStyle: 'none',
    // The bar at the bottom covers nothing.
    [PHONE]: { paddingBottom: 'calc(64px + env(safe-area-inset-bottom))' },
  },
});

export function Shell(): ReactElement {
  const styles = useStyles();
  return (
    <>
      <a className={styles.skip} href="#main" onClick={toMain}>
        Skip to the page
      </a>
      <Header />
      <div className={styles.body}>
        <Navigation />
        <main id="main" tabIndex={-1} className={styles.main}>
          <LiveStatusBar />
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Toaster toasterId={TOASTER} position="bottom-end" limit={3} />
      <ScrollRestoration />
    </>
  );
}

function toMain(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
