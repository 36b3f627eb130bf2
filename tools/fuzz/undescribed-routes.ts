/** The routes that no service's document has, described for the fuzzer. */
import { MappingPreview, MappingPreviewRequest } from '@leads/contracts';
import { z } from 'zod';
import type { ApiDocument, Json } from './fuzzed-document.ts';

const problem = z.object({
  type: z.string(),
  status: z.int(),
  title: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

function schema(of: z.ZodType, io: 'input' | 'output'): Json {
  const { $defs = {}, ...whole } = z.toJSONSchema(of, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  });
  return inlined(whole, $defs) as Json;
}

/** With what has a name in its place: a reference would lead out of the document. */
function inlined(part: unknown, named: Record<string, unknown>): unknown {
  if (Array.isArray(part)) return part.map((inner) => inlined(inner, named));
  if (typeof part !== 'object' || part === null) return part;
  const { $ref, ...rest } = part as Json;
  const whole =
    typeof $ref === 'string' ? { ...(named[$ref.replace('#/$defs/', '')] as Json), ...rest } : rest;
  return Object.fromEntries(
    Object.entries(whole).flatMap(([name, inner]) =>
      name === '$schema' || (name === 'id' && $ref !== undefined) ? [] : [[name, inlined(inner, named)]],
    ),
  );
}
const json = (of: Json, type = 'application/json'): Json => ({ content: { [type]: { schema: of } } });
const answer = (content: Json): Json => ({ description: 'Done.', ...content });
const refused = { description: 'Not done.', ...json(schema(problem, 'output'), 'application/problem+json') };

function parameter(name: string, place: 'path' | 'query', of: z.ZodType = z.string()): Json {
  return { name, in: place, required: place === 'path', schema: schema(of, 'input') };
}

function documentOf(title: string, paths: Json): ApiDocument {
  return { openapi: '3.1.0', info: { title, version: '1' }, paths: { ...paths, ...health } } as ApiDocument;
}

const status = (word: string): Json =>
  answer(json(schema(z.looseObject({ status: z.literal(word) }), 'output')));
const text = (type: string): Json => answer(json({ type: 'string' }, type));
const health: Json = {
  '/health/live': { get: { responses: { 200: status('live') } } },
  '/health/ready': { get: { responses: { 200: status('ready') } } },
  '/metrics': { get: { responses: { 200: text('text/plain') } } },
};

/** The gateway's own document, and the routes that it does not have. */
export const gatewayRoutes = (described: ApiDocument): ApiDocument => ({
  ...described,
  paths: { ...described.paths, ...(health as ApiDocument['paths']) },
});

export const writerRoutes = documentOf('dynamics-writer', {
  '/connections/{id}/mapping-preview': {
    post: {
      parameters: [parameter('id', 'path', z.uuid())],
      requestBody: { required: true, ...json(schema(MappingPreviewRequest, 'input')) },
      responses: { 200: answer(json(schema(MappingPreview, 'output'))), default: refused },
    },
  },
});

/** The walk of a browser that signs in, and the pages of the console. `sign-out` would end the fuzzer's own session. */
export const portalRoutes = documentOf('portal', {
  '/sign-in': {
    get: {
      parameters: [parameter('return', 'query')],
      responses: { 302: { description: 'To Microsoft.' }, default: refused },
    },
  },
  '/auth/callback': {
    get: {
      parameters: ['state', 'code', 'error', 'error_description', 'session_state', 'iss'].map((name) =>
        parameter(name, 'query'),
      ),
      responses: { 302: { description: 'To the console.' }, default: refused },
    },
  },
  '/{page}': {
    get: {
      parameters: [parameter('page', 'path')],
      responses: { 200: { description: 'A page.' }, default: refused },
    },
  },
});

export const notificationRoutes = documentOf('notification', {});
