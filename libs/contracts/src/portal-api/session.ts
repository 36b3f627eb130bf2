/** Who is signed in, and how signing in ends. */
import { z } from 'zod';
import { PublisherFacts, RegistrationState } from './publishers.ts';

/** `operator` sees every publisher; `owner` may change what is their publisher's, `reader` may only look. */
export const Role = z.enum(['operator', 'owner', 'reader']);
export type Role = z.infer<typeof Role>;

/** `GET /api/session`: who is signed in. 401 where nobody is. */
export const Session = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
    /** Absent: signed in, and nobody has given them a role. */
    role: Role.optional(),
    /** The directory that they signed in with. */
    directoryId: z.string(),
    /** Absent for an operator, and for an owner whose directory has not been registered as a publisher yet. */
    publisher: PublisherFacts.optional(),
    /** What was asked for, where there is no publisher yet. */
    registration: RegistrationState.optional(),
    /** To be sent as `X-CSRF-Token` with whatever is not a GET. */
    csrfToken: z.string(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

/**
 * Signing in is a walk of the browser: `GET /sign-in?return=/path` leads to Microsoft Entra ID, from there to
 * `/auth/callback` and on to the path. Where it ends badly, it ends on the console's page
 * `/signed-out?problem=<code>&return=/path`. `POST /sign-out` (with the CSRF token, answered 204) ends the session here;
 * the person stays signed in at Microsoft.
 *
 * - `cancelled`: the person closed Microsoft's page without signing in.
 * - `denied`: Entra ID refused them, e.g. by Conditional Access or because nobody is assigned the application.
 * - `consent-needed`: an administrator of their directory has to consent to the application first.
 * - `expired`: it took longer than ten minutes, or the address was opened a second time or in another browser.
 * - `unreachable`: Entra ID did not answer, or asked to be left alone.
 * - `not-configured`: Entra ID does not know this application, its secret or its redirect address.
 * - `not-verified`: what came back failed a check (signature, issuer, audience, nonce or time).
 */
export const SignInProblem = z.enum([
  'cancelled',
  'denied',
  'consent-needed',
  'expired',
  'unreachable',
  'not-configured',
  'not-verified',
]);
export type SignInProblem = z.infer<typeof SignInProblem>;
