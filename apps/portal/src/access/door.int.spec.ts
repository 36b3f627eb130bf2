import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { Controller, Get, Module, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate, openDatabase } from '@leads/database';
import { testDatabase } from '@leads/testing';
import type { FastifyRequest } from 'fastify';
import { serveConsole } from '../console/serve-console.ts';
import type { PortalTables } from '../tables.ts';
import { buildConsole } from '../testing/console.ts';
import { hangDoor } from './door.ts';

@Controller('api')
class Marking {
  @Get('mark')
  mark(@Req() { session }: FastifyRequest): object {
    session.endsAt = new Date(Date.now() + 60_000).toISOString();
    return {};
  }
}
@Module({ controllers: [Marking] })
class MarkingModule {}

let folder: string;
const closers: (() => Promise<unknown>)[] = [];
const addresses: Record<string, string> = {};
const secret = 'a-key-that-signs-cookies-in-this-test-alone';

beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/door-`);
  closers.push(() => rm(folder, { recursive: true }));
  await writeFile(`${folder}/secret.txt`, secret);
  await buildConsole(`${folder}/console`);
  const made = await testDatabase((url) =>
    migrate({ url, schema: 'portal', folder: new URL('../../migrations/', import.meta.url) }),
  );
  closers.push(() => made.drop());
  const database = openDatabase<PortalTables>(
    { url: made.url, schema: 'portal', poolSize: 2, application: 'test' },
    () => undefined,
  );
  closers.push(() => database.destroy());
  for (const publicUrl of ['https://portal.example', 'http://127.0.0.1:4004']) {
    const adapter = new FastifyAdapter({ trustProxy: publicUrl.startsWith('https') });
    const app = await NestFactory.create<NestFastifyApplication>(MarkingModule, adapter, { logger: false });
    await hangDoor(app, {
      publicUrl,
      sessionKey: secret,
      database,
      rates: { perPerson: 1_000, perSource: 1_000 },
    });
    await serveConsole(app, `${folder}/console`);
    await app.listen(0, '127.0.0.1');
    closers.push(() => app.close());
    addresses[publicUrl] = await app.getUrl();
  }
}, 60_000);
afterAll(async () => {
  for (const closer of closers.reverse()) await closer();
});

function ask(path: string, headers: Record<string, string> = {}, publicUrl = 'https://portal.example') {
  const proxied = publicUrl.startsWith('https') ? { 'x-forwarded-proto': 'https' } : undefined;
  return fetch(new URL(path, addresses[publicUrl]), {
    headers: { ...proxied, ...headers },
    redirect: 'manual',
  });
}

/** `fetch` would tidy the path up. @returns status and body */
async function askExactly(path: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(addresses['https://portal.example'] ?? '');
  return new Promise((resolve, reject) => {
    const sent = request({ host: hostname, port, path }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => void (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the cookie', () => {
  test('over TLS is Secure and bound to this host by its name', async () => {
    const [cookie = ''] = (await ask('/api/mark')).headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-leads-session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/i);
  });

  test('on this machine works without TLS', async () => {
    const [cookie = ''] = (await ask('/api/mark', {}, 'http://127.0.0.1:4004')).headers.getSetCookie();
    expect(cookie).toMatch(/^leads-session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/i);
  });

  test('is not sent where a proxy says that the browser came without TLS', async () => {
    const answer = await ask('/api/mark', { 'x-forwarded-proto': 'http' });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('the headers of every answer', () => {
  test.each(['/', '/api/mark', '/api/nothing', '/assets/index-a1b2c3.js'])(
    'of %s let nothing in',
    async (path) => {
      const { headers } = await ask(path);
      const policy = headers.get('content-security-policy') ?? '';
      const nonce = /'nonce-([\w-]{22})'/.exec(policy)?.[1];
      expect(policy.split(';')).toEqual([
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ]);
      expect(Object.fromEntries(headers)).toMatchObject({
        'strict-transport-security': 'max-age=31536000',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
      });
    },
  );

  test('ask for TLS only where there is TLS', async () => {
    const { headers } = await ask('/', {}, 'http://127.0.0.1:4004');
    expect(headers.has('strict-transport-security')).toBe(false);
  });

  test('let nobody keep an answer of the API or the page', async () => {
    for (const path of ['/', '/leads', '/api/mark', '/api/nothing', '/sign-in']) {
      expect((await ask(path)).headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('the console', () => {
  test.each([
    '/',
    '/leads',
    '/health',
    '/leads/0c6f4f5c-6d4a-4d0c-9a35-5a3a5b8a7e02?tab=1',
    '/signed-out?problem=denied',
  ])('is the page at %s, with the nonce of this answer', async (path) => {
    const answer = await ask(path);
    const nonce = /'nonce-([\w-]+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1] ?? '';
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await answer.text()).toContain(`<meta name="csp-nonce" content="${nonce}">`);
    const other = await (await ask(path)).text();
    expect(other).not.toContain(nonce);
  });

  test('has files that a browser keeps for good, compressed where it takes that', async () => {
    const plain = await ask('/assets/index-a1b2c3.js', { 'accept-encoding': 'identity' });
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-type')).toContain('application/javascript');
    expect(await plain.text()).toBe('console.log(1)');
    const small = await ask('/assets/index-a1b2c3.js', { 'accept-encoding': 'br' });
    expect(small.headers.get('content-encoding')).toBe('br');
    expect(small.headers.get('content-type')).toContain('javascript');
    expect(small.headers.get('vary')).toMatch(/accept-encoding/i);
    await small.body?.cancel();
    expect((await ask('/icon.svg')).headers.get('cache-control')).toBe('public, max-age=0');
  });

  test.each(['/api/nothing', '/api', '/auth/x', '/assets/old-ffffff.js', '/favicon.ico', '/health/x'])(
    'is not the answer at %s',
    async (path) => {
      expect((await askExactly(path)).status).toBe(404);
    },
  );

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '//secret.txt',
  ])('shows no file beside it: %s', async (path) => {
    expect((await askExactly(path)).text).not.toContain(secret);
  });
});
