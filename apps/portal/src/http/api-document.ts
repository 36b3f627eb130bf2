/** What the API's document says besides what the routes declare. */
import type { Api } from '@leads/service';

export const api: Api = {
  title: 'Portal of marketplace leads',
  description:
    'For the console. Who is signed in is known by a session cookie; what is no GET needs the X-CSRF-Token of the session too. Publishers see what is theirs: anything else is not found. Errors are application/problem+json.',
  security: { session: { type: 'apiKey', in: 'cookie', name: 'session' } },
  headersOfWrites: [
    { name: 'X-CSRF-Token', description: 'Of the session: `csrfToken` of GET /api/session.', required: true },
  ],
};
