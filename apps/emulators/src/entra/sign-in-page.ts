/** The sign-in page of the emulated Entra, plain on purpose so that nobody takes it for the real one. */
import { escape, page } from '../pages/layout.ts';
import type { App, Tenant } from './tenant.ts';

const HOME = 'Sign in (emulated Entra ID)';

/** `tenants`: whose people may sign in here; more than one where the address names no directory. */
export function signInPage(
  tenants: readonly Tenant[],
  app: App,
  action: string,
  username: string,
  mistake?: string,
): string {
  const directories = tenants.map(({ id, domains }) => domains[0] ?? id).join(', ');
  const people = tenants.flatMap(({ users }) => [...users.keys()]);
  const names = people.map((name) => `<option value="${escape(name)}">`).join('');
  return page(
    'Sign in',
    `<section><h1>Sign in</h1><p class="quiet">to ${escape(app.displayName)} · ${tenants.length === 1 ? 'directory' : 'directories'} ${escape(directories)}</p>
    ${mistake === undefined ? '' : `<p role="alert"><b>${escape(mistake)}</b></p>`}
    <form method="post" action="${escape(action)}">
      <label>User name<br><input name="username" type="email" list="users" autocomplete="username" required value="${escape(username)}"></label>
      <datalist id="users">${names}</datalist>
      <label>Password<br><input name="password" type="password" autocomplete="current-password" required></label>
      <button>Sign in</button> <button name="cancel" value="1" formnovalidate>Cancel</button>
    </form></section>`,
    HOME,
  );
}

export function secondFactorPage(username: string, action: string, pending: string): string {
  return page(
    'Approve sign-in',
    `<section><h1>Approve sign-in</h1><p>${escape(username)} needs a second factor. Here a click stands for it.</p>
    <form method="post" action="${escape(action)}"><input type="hidden" name="pending" value="${escape(pending)}"><input type="hidden" name="username" value="${escape(username)}"><button>Approve</button></form></section>`,
    HOME,
  );
}

export function refusalPage(text: string): string {
  return page(
    'Sign in',
    `<section><h1>Sign in</h1><p>Sorry, but we are having trouble signing you in.</p><p role="alert"><b>${escape(text)}</b></p></section>`,
    HOME,
  );
}
