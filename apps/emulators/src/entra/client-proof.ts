/** How an application proves who it is: a secret, or an assertion signed with its certificate. */
import { createHash, createPublicKey, timingSafeEqual, X509Certificate, type KeyObject } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { header, type Incoming } from '../http/exchange.ts';
import { refuse, type Refusal } from './aadsts.ts';
import type { App, Tenant } from './tenant.ts';

export interface Proof {
  readonly by: 'secret' | 'certificate' | 'public';
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The client id and secret of a request: from the form, or from a Basic header. */
export function clientOf(
  request: Incoming,
  form: URLSearchParams,
): { id: string | null; secret: string | null } {
  const basic = /^Basic (.+)$/.exec(header(request, 'authorization'))?.[1];
  if (basic === undefined)
    return { id: form.get('client_id') ?? assertedClient(form), secret: form.get('client_secret') };
  const [id = '', secret = ''] = Buffer.from(basic, 'base64')
    .toString('utf8')
    .split(':')
    .map(decodeURIComponent);
  return { id, secret };
}

function assertedClient(form: URLSearchParams): string | null {
  try {
    return decodeJwt(form.get('client_assertion') ?? '').sub ?? null;
  } catch {
    return null;
  }
}

/** Undefined when the request brings neither secret nor assertion. */
export async function proveClient(
  app: App,
  tenant: Tenant,
  request: Incoming,
  form: URLSearchParams,
  now: number,
): Promise<Proof | Refusal | undefined> {
  const assertion = form.get('client_assertion');
  if (assertion !== null) return proveByCertificate(app, tenant, request, form, assertion, now);
  const { secret } = clientOf(request, form);
  if (!secret) return undefined;
  const isThere = ({ usableFrom }: App['secrets'][number]): boolean =>
    usableFrom === undefined || Date.parse(usableFrom) <= now;
  const matching = app.secrets.find((candidate) => isThere(candidate) && sameText(candidate.value, secret));
  if (!matching) return refuse(7000215, app.clientId);
  if (matching.expiresAt !== undefined && Date.parse(matching.expiresAt) <= now)
    return refuse(7000222, app.clientId);
  return { by: 'secret' };
}

async function proveByCertificate(
  app: App,
  tenant: Tenant,
  request: Incoming,
  form: URLSearchParams,
  assertion: string,
  now: number,
): Promise<Proof | Refusal> {
  if (form.get('client_assertion_type') !== ASSERTION_TYPE) return refuse(900144, 'client_assertion_type');
  let named: { x5t?: string; 'x5t#S256'?: string; alg?: string };
  try {
    named = decodeProtectedHeader(assertion);
  } catch {
    return refuse(700027, app.clientId, 'The assertion is not a JWT.');
  }
  const certificate = app.certificates.find(({ pem }) => {
    const prints = thumbprints(pem);
    return prints.sha256 === named['x5t#S256'] || prints.sha1 === named.x5t;
  });
  if (!certificate) return refuse(700027, app.clientId, 'The key was not found.');
  if (certificate.expiresAt !== undefined && Date.parse(certificate.expiresAt) <= now)
    return refuse(700027, app.clientId, 'The key used is expired.');
  try {
    const { payload } = await jwtVerify(assertion, keyOf(certificate.pem), {
      algorithms: ['RS256', 'PS256'],
      currentDate: new Date(now),
      clockTolerance: 300,
      requiredClaims: ['exp', 'aud', 'iss', 'sub'],
    });
    const audience = Array.isArray(payload.aud) ? payload.aud[0] : payload.aud;
    if (!audiences(tenant, request).includes(audience ?? ''))
      return refuse(700027, app.clientId, 'The audience is wrong.');
    if (payload.iss !== app.clientId || payload.sub !== app.clientId)
      return refuse(700027, app.clientId, 'Issuer and subject must be the client id.');
    return { by: 'certificate' };
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_JWT_EXPIRED')
      return refuse(700024, new Date(now).toISOString());
    return refuse(700027, app.clientId, 'The signature is invalid.');
  }
}

/** What an assertion may be addressed to: the token endpoint, by id or domain, or the tenant's issuer. */
function audiences(tenant: Tenant, request: Incoming): string[] {
  const names = [tenant.id, ...tenant.domains, 'organizations', 'common'];
  return [`https://${request.host}`, request.base].flatMap((origin) =>
    names.flatMap((name) => [
      `${origin}/${name}/oauth2/v2.0/token`,
      `${origin}/${name}/oauth2/token`,
      `${origin}/${name}/v2.0`,
    ]),
  );
}

function keyOf(pem: string): KeyObject {
  return pem.includes('BEGIN CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem);
}

function thumbprints(pem: string): { sha1: string; sha256: string } {
  const der = pem.includes('BEGIN CERTIFICATE')
    ? new X509Certificate(pem).raw
    : createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const print = (hash: string): string => createHash(hash).update(der).digest('base64url');
  return { sha1: print('sha1'), sha256: print('sha256') };
}

export function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
