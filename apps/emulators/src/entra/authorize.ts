/** GET and POST /<tenant>/oauth2/v2.0/authorize: the sign-in page and the way back to the application. */
import { html, redirect, type Incoming, type Reply } from '../http/exchange.ts';
import { isRefusal, oauthError, refusalText, refuse, type Refusal } from './aadsts.ts';
import type { Login } from './login.ts';
import { refusalPage, secondFactorPage, signInPage } from './sign-in-page.ts';
import { type App, isGeneric, type Tenant } from './tenant.ts';

interface Wanted {
  readonly app: App;
  readonly redirectUri: string;
  readonly query: URLSearchParams;
}

/** Walks one visit of the sign-in page; `tenantName` is the directory as the address has it. */
export async function authorize(
  login: Login,
  request: Incoming,
  tenant: Tenant,
  tenantName: string,
  now: number,
): Promise<Reply> {
  const form = new URLSearchParams(request.method === 'POST' ? request.body.toString('utf8') : '');
  const query = new URLSearchParams(request.search);
  const wanted = readRequest(tenant, query);
  // Nobody is sent to an address that is not registered: these mistakes are shown here.
  if (isRefusal(wanted)) return html(400, refusalPage(refusalText(wanted)));
  const mistake = checkRequest(query);
  if (mistake) return sendBack(wanted, refused(mistake));
  if (query.get('prompt') === 'none')
    return sendBack(wanted, {
      error: 'login_required',
      error_description: 'AADSTS50058: A silent sign-in request was sent but no user is signed in.',
    });

  const action = `${request.base}/${tenantName}/oauth2/v2.0/authorize?${request.search}`;
  const tenants = isGeneric(tenantName)
    ? login.world.tenants().filter(({ apps }) => apps.has(wanted.app.clientId))
    : [tenant];
  if (request.method !== 'POST')
    return html(200, signInPage(tenants, wanted.app, action, query.get('login_hint') ?? ''));
  if (form.get('cancel') !== null)
    return sendBack(wanted, {
      error: 'access_denied',
      error_description: 'AADSTS65004: The user declined to sign in.',
    });
  return signIn(login, tenant, tenants, wanted, form, action, now);
}

async function signIn(
  login: Login,
  tenant: Tenant,
  tenants: readonly Tenant[],
  wanted: Wanted,
  form: URLSearchParams,
  action: string,
  now: number,
): Promise<Reply> {
  const { world, signIns, grants } = login;
  const confirmed = await grants.confirmed(world, form.get('pending') ?? '', now);
  const username = confirmed ?? form.get('username') ?? '';
  const known = confirmed === undefined ? undefined : tenant.users.get(confirmed);
  const user = known ?? signIns.check(tenant, wanted.app, username, form.get('password') ?? '', false);
  if (isRefusal(user)) {
    if (user.number === 50076)
      return html(
        200,
        secondFactorPage(username, action, await grants.pending(world, username.trim().toLowerCase(), now)),
      );
    return html(200, signInPage(tenants, wanted.app, action, username, refusalText(user)));
  }
  const { query, app, redirectUri } = wanted;
  const code = await grants.code(
    world,
    {
      tenantId: tenant.id,
      clientId: app.clientId,
      username: user.username,
      redirectUri,
      scope: query.get('scope') ?? '',
      nonce: query.get('nonce') ?? undefined,
      challenge: query.get('code_challenge') ?? undefined,
      challengeMethod: query.get('code_challenge_method') ?? undefined,
    },
    now,
  );
  const info = { uid: user.objectId, utid: tenant.id };
  const extra =
    query.get('client_info') === '1'
      ? { client_info: Buffer.from(JSON.stringify(info)).toString('base64url') }
      : {};
  return sendBack(wanted, { code, ...extra });
}

function readRequest(tenant: Tenant, query: URLSearchParams): Wanted | Refusal {
  const clientId = query.get('client_id');
  if (!clientId) return refuse(900144, 'client_id');
  const app = tenant.apps.get(clientId.toLowerCase());
  if (!app) return refuse(700016, clientId, tenant.domains[0] ?? tenant.id);
  if (!app.enabled) return refuse(7000112, app.clientId, app.displayName);
  const redirectUri = query.get('redirect_uri') ?? app.redirectUris[0];
  if (
    redirectUri === undefined ||
    !app.redirectUris.some((registered) => sameAddress(registered, redirectUri))
  )
    return refuse(50011, redirectUri ?? '', app.clientId);
  return { app, redirectUri, query };
}

/** Exactly the same, except that the port of a loopback address is of no account. */
function sameAddress(registered: string, asked: string): boolean {
  const bare = (address: string): string =>
    address.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1))(?::\d+)?/, '$1');
  return bare(registered) === bare(asked);
}

function checkRequest(query: URLSearchParams): Refusal | undefined {
  if (query.get('response_type') !== 'code') return refuse(900144, 'response_type');
  if (!query.get('scope')) return refuse(900144, 'scope');
  const method = query.get('code_challenge_method');
  if (query.get('code_challenge') && method !== 'S256' && method !== 'plain') return refuse(9002313);
  return undefined;
}

const refused = (refusal: Refusal): Record<string, string> => ({
  error: oauthError(refusal.number),
  error_description: refusalText(refusal),
});

/** Back to the application, in the way it asked for: query (default), fragment or form post. */
function sendBack({ redirectUri, query }: Wanted, answer: Record<string, string>): Reply {
  const state = query.get('state');
  const values = new URLSearchParams({ ...answer, ...(state === null ? {} : { state }) });
  const mode = query.get('response_mode') ?? 'query';
  if (mode === 'form_post') return html(200, formPostPage(redirectUri, values));
  const mark = mode === 'fragment' ? '#' : redirectUri.includes('?') ? '&' : '?';
  return redirect(`${redirectUri}${mark}${values.toString()}`);
}

function formPostPage(redirectUri: string, values: URLSearchParams): string {
  const safe = (text: string): string =>
    text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  const fields = [...values].map(
    ([name, value]) => `<input type="hidden" name="${safe(name)}" value="${safe(value)}">`,
  );
  return `<!DOCTYPE html><title>Working...</title><form method="post" action="${safe(redirectUri)}">${fields.join('')}<noscript><button>Continue</button></noscript></form><script>document.forms[0].submit()</script>`;
}
