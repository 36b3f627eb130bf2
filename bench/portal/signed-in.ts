/** Somebody who has signed in to the portal, and asks it. */
import { people } from '@leads/tools';

export type Ask = (path: string) => Promise<unknown>;

/** Walks through the sign-in and the emulated Microsoft's page. */
export async function signIn(portalUrl: string, username: string): Promise<Ask> {
  const cookies = new Map<string, string>();
  const get = async (path: string): Promise<Response> => {
    const answer = await fetch(new URL(path, portalUrl), {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
  const begun = await get('/sign-in');
  const page = await fetch(begun.headers.get('location') ?? '', {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ username, password: people.password }),
  });
  const { pathname, search } = new URL(page.headers.get('location') ?? '');
  await get(`${pathname}${search}`);
  return async (path) => {
    const answer = await get(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
}
