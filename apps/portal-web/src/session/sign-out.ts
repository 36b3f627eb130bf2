/** The way out. */
import { send } from '../api/api.ts';

/** Ends the session and leaves for the page that says so. */
export function signOut(): void {
  send('POST', '/sign-out').then(
    () => window.location.assign('/signed-out'),
    // The session may still be open on the server: nobody should believe otherwise.
    () => window.location.assign('/signed-out?problem=sign-out-failed'),
  );
}
