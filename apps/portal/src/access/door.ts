/** What every request passes before a route: strict headers, the cookie, the session, the rates. */
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import session from '@fastify/session';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Kysely } from 'kysely';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { PortalTables } from '../tables.ts';
import { limitRequests, type RequestRates } from './request-rates.ts';
import { PostgresSessionStore } from './session-store.ts';

export interface DoorOptions {
  publicUrl: string;
  sessionKey: string;
  database: Kysely<PortalTables>;
  rates: RequestRates;
}

const nonces = new WeakMap<ServerResponse, string>();

/** The nonce that the Content-Security-Policy of an answer names for style elements. */
export function styleNonceOf(answer: ServerResponse): string {
  const nonce = nonces.get(answer) ?? randomBytes(16).toString('base64url');
  nonces.set(answer, nonce);
  return nonce;
}

/** Whether cookies travel encrypted; only on this very machine they need not. */
export function isSecure(publicUrl: string): boolean {
  return new URL(publicUrl).protocol === 'https:';
}

/** Puts it all before the routes. */
export async function hangDoor(app: NestFastifyApplication, options: DoorOptions): Promise<void> {
  const secure = isSecure(options.publicUrl);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        // Fluent UI writes its styles into style elements of its own, each with this nonce.
        'style-src': ["'self'", (_request, answer) => `'nonce-${styleNonceOf(answer)}'`],
        'connect-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'form-action': ["'none'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 365 * 24 * 3600, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    // What may be kept says so itself.
    reply.header('cache-control', 'no-store');
    done();
  });
  await app.register(cookie);
  await app.register(session, {
    secret: options.sessionKey,
    // The browser takes a cookie of this name only if it is Secure, of this host and for all of it.
    cookieName: secure ? '__Host-leads-session' : 'leads-session',
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure },
    store: new PostgresSessionStore(options.database),
    saveUninitialized: false,
    rolling: false,
  });
  await limitRequests(app, options.rates);
}
