/** A person who has signed in to the portal, as far as the portal notices one: cookies and the token against forgery. */
import { people } from '@leads/tools';

export class SignedIn {
  private readonly cookies = new Map<string, string>();
  private csrfToken: string | undefined;

  private constructor(private readonly portalUrl: string) {}

  /** Walks through the portal's sign-in and the emulated Microsoft's page. */
  static async as(username: string, portalUrl: string): Promise<SignedIn> {
    const person = new SignedIn(portalUrl);
    const begun = await person.ask('/sign-in');
    const page = await fetch(begun.headers.get('location') ?? '', {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ username, password: people.password }),
    });
    const back = page.headers.get('location');
    if (back === null) throw new Error(`Nobody was sent back to the portal: ${await page.text()}`);
    const { pathname, search } = new URL(back);
    await person.ask(`${pathname}${search}`);
    const session = await person.ask('/api/session');
    if (!session.ok) throw new Error(`${username} could not sign in: ${await session.text()}`);
    person.csrfToken = ((await session.json()) as { csrfToken: string }).csrfToken;
    return person;
  }

  /** Asks the portal; follows no redirect. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    if (this.csrfToken !== undefined) headers.set('x-csrf-token', this.csrfToken);
    const answer = await fetch(new URL(path, this.portalUrl), { redirect: 'manual', ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}
