/** Serves the built console: its hashed files for good, and its page at every address that it routes by itself. */
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NOTHING_HERE, sendProblem } from '@leads/service';
import { styleNonceOf } from '../access/door.ts';

/** What index.html has where the nonce of each answer belongs. */
const NONCE_PLACE = '__CSP_NONCE__';
const PAGE = 'index.html';
/** Files whose names change with their contents. */
const HASHED = 'assets/';
const YEAR_MS = 365 * 24 * 3_600_000;

/** Where only the portal itself answers: an unknown address below is an error, not a page. /health alone is a page. */
const OWN_PATHS = /^\/(?:(?:api|auth|sign-in|sign-out|metrics)(?:\/|$)|health\/)/;

/** @param folder the console's build */
export async function serveConsole(app: NestFastifyApplication, folder: string): Promise<void> {
  const files = await filesOf(folder);
  const page = files.has(PAGE) ? await readFile(join(folder, PAGE), 'utf8') : undefined;
  await app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, index: false });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/*', (request, reply) => {
    const path = pathOf(request.url);
    const file = path?.slice(1) ?? '';
    if (file !== PAGE && files.has(file)) return sendFile(reply, file);
    if (path === undefined || OWN_PATHS.test(path) || looksLikeFile(path)) {
      return sendProblem(reply, NOTHING_HERE);
    }
    return page === undefined ? sendNotBuilt(reply) : sendPage(reply, page);
  });
}

async function filesOf(folder: string): Promise<Set<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return new Set(
    files.map(({ parentPath, name }) =>
      join(parentPath, name).slice(join(folder, '/').length).replaceAll('\\', '/'),
    ),
  );
}

function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split('?', 1)[0] ?? '');
  } catch {
    return undefined;
  }
}

function looksLikeFile(path: string): boolean {
  return path.startsWith(`/${HASHED}`) || /\.[a-z0-9]{1,5}$/i.test(path);
}

function sendFile(reply: FastifyReply, file: string): FastifyReply {
  const isHashed = file.startsWith(HASHED);
  reply.removeHeader('cache-control');
  return reply.sendFile(file, { maxAge: isHashed ? YEAR_MS : 0, immutable: isHashed });
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(page.replaceAll(NONCE_PLACE, styleNonceOf(reply.raw)));
}

function sendNotBuilt(reply: FastifyReply): FastifyReply {
  return reply
    .status(503)
    .type('text/plain; charset=utf-8')
    .send('The console has not been built: npm run build, then start the portal again. The API answers.\n');
}
