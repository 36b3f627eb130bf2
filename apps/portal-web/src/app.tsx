/** What is around every page: styles under the content security policy, the theme, the cache, the router. */
import { AriaLiveAnnouncer, createDOMRenderer, RendererProvider } from '@fluentui/react-components';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, type ReactElement } from 'react';
import { RouterProvider } from 'react-router';
import { createQueryClient } from './api/query-client.ts';
import { router } from './routes.tsx';
import { sessionQuery } from './session/session-query.ts';
import { ThemeProvider } from './theme/theme-provider.tsx';

/** The portal puts a nonce into the page, and only style elements that carry it apply. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
const renderer = createDOMRenderer(document, { styleElementAttributes: { nonce } });

const queryClient = createQueryClient();
// Asked for while the first page's script is still on its way. A failure is kept in the cache, and shown from there.
queryClient.prefetchQuery(sessionQuery).catch(() => undefined);

export function App(): ReactElement {
  return (
    <StrictMode>
      <RendererProvider renderer={renderer} targetDocument={document}>
        <ThemeProvider>
          <QueryClientProvider client={queryClient}>
            <AriaLiveAnnouncer>
              <RouterProvider router={router} />
            </AriaLiveAnnouncer>
          </QueryClientProvider>
        </ThemeProvider>
      </RendererProvider>
    </StrictMode>
  );
}
