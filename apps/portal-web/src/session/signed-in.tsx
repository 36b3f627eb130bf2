/** Lets those in who are signed in and have a role; shows everybody else what is missing. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, type ReactElement } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { onSignedOut } from '../api/api.ts';
import { followLiveEvents } from '../api/live.ts';
import { OpeningScreen } from '../frames/opening-screen.tsx';
import { CenteredProblem } from '../frames/centered-problem.tsx';
import { useGo } from '../frames/use-go.ts';
import { sessionQuery } from './session-query.ts';
import { signedOutAddress } from '../api/sign-in-addresses.ts';
import { hasUnsavedWork } from './unsaved-work.ts';
import { SessionContext, type RoleSession } from './use-session.ts';

const NoRolePage = lazy(async () => ({ default: (await import('./no-role-page.tsx')).NoRolePage }));
const FirstOwnerPage = lazy(async () => ({
  default: (await import('./first-owner-page.tsx')).FirstOwnerPage,
}));

export function SignedIn(): ReactElement {
  const { data: session, error, refetch } = useQuery(sessionQuery);
  const { pathname, search } = useLocation();
  if (!session && error?.kind === 'signed-out') {
    return <Navigate to={signedOutAddress(pathname + search)} replace />;
  }
  if (!session && error) return <CenteredProblem problem={error} onRetry={refetch} />;
  if (!session) return <OpeningScreen />;
  const { role, ...rest } = session;
  if (!role) return <Suspense fallback={<OpeningScreen />} children={<NoRolePage session={session} />} />;
  if (role !== 'operator' && !session.publisher) {
    return <Suspense fallback={<OpeningScreen />} children={<FirstOwnerPage session={session} />} />;
  }
  return <Inside session={{ ...rest, role }} />;
}

function Inside({ session }: { session: RoleSession }): ReactElement {
  const queryClient = useQueryClient();
  const go = useGo();
  useEffect(() => followLiveEvents(queryClient), [queryClient]);
  useEffect(
    () =>
      onSignedOut(() => {
        // What somebody is just entering stays; the answer to sending it says how to go on.
        if (hasUnsavedWork()) return;
        const { pathname, search } = window.location;
        queryClient.clear();
        go(signedOutAddress(pathname + search, 'session-ended'), { replace: true });
      }),
    [queryClient, go],
  );
  return (
    <SessionContext value={session}>
      <Outlet />
    </SessionContext>
  );
}
