/** A browser as far as the portal notices one: keeps cookies, follows the sign-in, sends the token against forgery. */
import { people } from './contoso.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** An empty object where it is no JSON. */
  body: Record<string, unknown>;
}

export interface Sent {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export class Browser {
  readonly cookies = new Map<string, string>();
  csrfToken: string | undefined;
  /** Of the sign-in that began last. */
  lastNonce: string | undefined;
  private readonly address: string;
  private readonly headers: Record<string, string>;

  /**
   * @param address where the portal listens
   * @param headers go with every request
   */
  constructor(address: string, headers: Record<string, string> = {}) {
    this.address = address;
    this.headers = headers;
  }

  /** One in which somebody has signed in. */
  static async signedIn(address: string, username: string): Promise<Browser> {
    const browser = new Browser(address);
    const { status, text } = await browser.signIn(username);
    if (browser.csrfToken === undefined) throw new Error(`${username} could not sign in: ${status} ${text}`);
    return browser;
  }

  /** Asks, with its cookies and, once signed in, the token. Follows no redirect. */
  async ask(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const answer = await this.send(method, path, sent);
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    const parsed = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: answer.status, headers: answer.headers, text, body: parsed };
  }

  /** As {@link ask} for an answer that may never end: its status alone. */
  async status(method: string, path: string, sent: Sent = {}): Promise<number> {
    const answer = await this.send(method, path, sent);
    await answer.body?.cancel();
    return answer.status;
  }

  /** As {@link ask}, with the answer as it comes. */
  async send(method: string, path: string, { body, headers = {}, signal }: Sent = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const token = this.csrfToken !== undefined && method !== 'GET' ? { 'x-csrf-token': this.csrfToken } : {};
    const answer = await fetch(new URL(path, this.address), {
      method,
      redirect: 'manual',
      headers: {
        ...this.headers,
        ...(cookie === '' ? {} : { cookie }),
        ...token,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    for (const line of answer.headers.getSetCookie()) this.keep(line);
    return answer;
  }

  /** Up to Microsoft's page. @returns its address */
  async beginSignIn(returnTo = '/'): Promise<string> {
    const answer = await this.ask('GET', `/sign-in?${new URLSearchParams({ return: returnTo }).toString()}`);
    const location = answer.headers.get('location') ?? '';
    this.lastNonce = URL.parse(location)?.searchParams.get('nonce') ?? undefined;
    return location;
  }

  /** Fills Microsoft's page in. @returns the path and query with which it sends the browser back */
  async atMicrosoft(address: string, form: Record<string, string>): Promise<string> {
    const page = await fetch(address, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(form),
    });
    const location = page.headers.get('location');
    if (location === null) throw new Error(`Nobody was sent back: ${await page.text()}`);
    const { pathname, search } = new URL(location);
    return `${pathname}${search}`;
  }

  /** The whole walk. @returns the portal's last answer of it */
  async signIn(username: string, returnTo = '/'): Promise<Answer> {
    const page = await this.beginSignIn(returnTo);
    const back = await this.atMicrosoft(page, { username, password: people.password });
    const answer = await this.ask('GET', back);
    const session = await this.ask('GET', '/api/session');
    this.csrfToken = session.body['csrfToken'] as string | undefined;
    return answer;
  }

  private keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
