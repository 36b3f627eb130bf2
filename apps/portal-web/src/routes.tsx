/**
 * Every address of the console and the page that it shows. A page's script is loaded when it is first opened, so that
 * the first load stays small: a page is imported here and nowhere else.
 */
import { createBrowserRouter, Navigate, type RouteObject } from 'react-router';
import { NotFoundPage } from './frames/not-found-page.tsx';
import { OpeningScreen } from './frames/opening-screen.tsx';
import { RouteProblem } from './shell/route-problem.tsx';
import { SignedIn } from './session/signed-in.tsx';
import { Shell } from './shell/shell.tsx';

const pages: RouteObject[] = [
  { index: true, element: <Navigate to="/offers" replace /> },
  {
    path: 'offers',
    lazy: async () => ({ Component: (await import('./offers/offers-page.tsx')).OffersPage }),
  },
  {
    path: 'offers/:connectionId',
    lazy: async () => ({ Component: (await import('./offers/offer-page.tsx')).OfferPage }),
  },
  {
    path: 'offers/:connectionId/set-up',
    lazy: async () => ({ Component: (await import('./set-up/set-up-page.tsx')).SetUpPage }),
  },
  {
    path: 'leads',
    lazy: async () => ({ Component: (await import('./leads/leads-page.tsx')).LeadsPage }),
  },
  {
    path: 'leads/:leadId',
    lazy: async () => ({ Component: (await import('./leads/lead-page.tsx')).LeadPage }),
  },
  {
    path: 'kept-posts',
    lazy: async () => ({ Component: (await import('./kept-posts/kept-posts-page.tsx')).KeptPostsPage }),
  },
  {
    path: 'kept-posts/:postId',
    lazy: async () => ({ Component: (await import('./kept-posts/kept-post-page.tsx')).KeptPostPage }),
  },
  {
    path: 'incidents',
    lazy: async () => ({ Component: (await import('./incidents/incidents-page.tsx')).IncidentsPage }),
  },
  {
    path: 'incidents/:incidentId',
    lazy: async () => ({ Component: (await import('./incidents/incident-page.tsx')).IncidentPage }),
  },
  {
    path: 'health',
    lazy: async () => ({ Component: (await import('./health/health-page.tsx')).HealthPage }),
  },
  {
    path: 'audit',
    lazy: async () => ({ Component: (await import('./audit/audit-page.tsx')).AuditPage }),
  },
  {
    path: 'publishers',
    lazy: async () => ({ Component: (await import('./publishers/publishers-page.tsx')).PublishersPage }),
  },
  { path: '*', element: <NotFoundPage /> },
];

export const router = createBrowserRouter([
  {
    path: '/signed-out',
    HydrateFallback: OpeningScreen,
    ErrorBoundary: RouteProblem,
    lazy: async () => ({ Component: (await import('./session/signed-out-page.tsx')).SignedOutPage }),
  },
  {
    path: '/confirm-contact',
    HydrateFallback: OpeningScreen,
    ErrorBoundary: RouteProblem,
    lazy: async () => ({
      Component: (await import('./contacts/confirm-contact-page.tsx')).ConfirmContactPage,
    }),
  },
  {
    element: <SignedIn />,
    HydrateFallback: OpeningScreen,
    ErrorBoundary: RouteProblem,
    children: [{ element: <Shell />, children: [{ ErrorBoundary: RouteProblem, children: pages }] }],
  },
]);
