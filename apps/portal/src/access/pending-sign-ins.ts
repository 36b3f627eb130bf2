/** Sign-ins that have begun, kept by the browser itself until it comes back: whoever only asks leaves no row here. */
import { hkdfSync } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CompactEncrypt, compactDecrypt, errors } from 'jose';
import { z } from 'zod';
import { own } from '@leads/contracts';
import { isSecure } from './door.ts';
import { PENDING_MS, type PendingSignIn } from './sign-in.ts';

export interface PendingSignInsOptions {
  publicUrl: string;
  /** What the sessions' cookies are signed with; the key of these is derived from it. */
  sessionKey: string;
}

/** One cookie each, so that tabs that begin together do not overwrite each other. Of more, the oldest goes. */
const SLOTS = 5;
/** In characters. All slots together stay well below the 8 KB that proxies take for a header. */
const LONGEST_RETURN = 600;

const Kept = z.object({
  state: z.string().min(1),
  nonce: z.string().min(1),
  verifier: z.string().min(1),
  returnTo: z.string(),
  begunAt: z.number(),
});
type Kept = z.infer<typeof Kept>;

export class PendingSignIns {
  private readonly key: Uint8Array;
  private readonly names: readonly string[];
  private readonly cookie: { path: '/'; httpOnly: true; sameSite: 'lax'; secure: boolean };

  constructor({ publicUrl, sessionKey }: PendingSignInsOptions) {
    const secure = isSecure(publicUrl);
    // The browser takes a cookie of such a name only if it is Secure, of this host and for all of it.
    const prefix = secure ? '__Host-' : '';
    this.names = Array.from({ length: SLOTS }, (_, slot) => `${prefix}leads-sign-in-${slot}`);
    this.cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure };
    this.key = new Uint8Array(hkdfSync('sha256', sessionKey, '', 'leads: pending sign-ins', 32));
  }

  /** Gives the browser a sign-in that has begun to keep, sealed. */
  async keep(
    request: FastifyRequest,
    reply: FastifyReply,
    state: string,
    pending: PendingSignIn,
  ): Promise<void> {
    const known = await this.open(request);
    const [slot] = known.sort((one, other) => (one.kept?.begunAt ?? 0) - (other.kept?.begunAt ?? 0));
    if (!slot) throw new Error('There is no cookie to keep a sign-in in.');
    const kept: Kept = { ...pending, state, returnTo: shortened(pending.returnTo) };
    const sealed = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(kept)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(this.key);
    reply.setCookie(slot.name, sealed, { ...this.cookie, maxAge: PENDING_MS / 1_000 });
  }

  /** The sign-in of this state, once: the browser is told to forget it. */
  async take(
    request: FastifyRequest,
    reply: FastifyReply,
    state: string,
  ): Promise<PendingSignIn | undefined> {
    const found = (await this.open(request)).find(({ kept }) => kept?.state === state);
    if (!found?.kept) return undefined;
    reply.clearCookie(found.name, this.cookie);
    const { nonce, verifier, returnTo, begunAt } = found.kept;
    return { nonce, verifier, returnTo, begunAt };
  }

  private open({ cookies }: FastifyRequest): Promise<{ name: string; kept: Kept | undefined }[]> {
    return Promise.all(
      this.names.map(async (name) => ({ name, kept: await this.unsealed(own(cookies, name)) })),
    );
  }

  /** `undefined` for what was not sealed here. */
  private async unsealed(cookie: string | undefined): Promise<Kept | undefined> {
    if (cookie === undefined) return undefined;
    try {
      const { plaintext } = await compactDecrypt(cookie, this.key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return Kept.parse(JSON.parse(new TextDecoder().decode(plaintext)));
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}

/** A long filter is left behind rather than the page. */
function shortened(path: string): string {
  if (path.length <= LONGEST_RETURN) return path;
  const [page = '/'] = path.split(/[?#]/);
  return page.length <= LONGEST_RETURN ? page : '/';
}
