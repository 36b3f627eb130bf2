/** The API as an OpenAPI 3.1 document, made of the schemas that check what comes in and describe what goes out. */
import { z } from 'zod';
import { type Operation, operations, schemas } from './api-operations.ts';

type Json = Record<string, unknown>;

/** Builds the document. */
export function apiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = route.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(method, path, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Portal of marketplace leads',
      version: '1',
      description:
        'For the console. Who is signed in is known by a session cookie; what is no GET needs the X-CSRF-Token of the session too. Publishers see what is theirs: anything else is not found. Errors are application/problem+json.',
    },
    security: [{ session: [] }],
    paths,
    components: {
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'session' } },
      schemas: {
        ...Object.fromEntries(
          Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema, 'output')]),
        ),
        Problem: jsonSchema(Problem, 'output'),
      },
    },
  };
}

const Problem = z.object({
  type: z.string(),
  status: z.int(),
  title: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

function describe(method: string, path: string, operation: Operation): Json {
  const { summary, query, body, status = 200, answer } = operation;
  const content = answer === undefined ? undefined : contentOf(answer);
  return {
    summary,
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter(String(name), 'path', TEXT, true)),
      ...(query ? queryParameters(query) : []),
      ...(method === 'GET' ? [] : [parameter('X-CSRF-Token', 'header', TEXT, true)]),
    ],
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': body === 'forwarded' ? { schema: {} } : reference(body) },
      },
    }),
    responses: {
      [status]: { description: 'Done.', ...(content && { content }) },
      default: {
        description: 'Not done, and why.',
        content: { 'application/problem+json': reference('Problem') },
      },
    },
  };
}

const TEXT = { type: 'string' };

function contentOf(answer: NonNullable<Operation['answer']>): Json {
  return answer.startsWith('text/')
    ? { [answer]: { schema: TEXT } }
    : { 'application/json': reference(answer) };
}

function queryParameters(query: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = jsonSchema(query, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) =>
    parameter(name, 'query', schema, required.includes(name)),
  );
}

function parameter(name: string, place: string, schema: Json, required: boolean): Json {
  return { name, in: place, required, schema };
}

function reference(name: string): Json {
  return { schema: { $ref: `#/components/schemas/${name}` } };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  if ($schema?.includes('2020-12') !== true) throw new Error('OpenAPI 3.1 takes schemas of 2020-12 only.');
  return rest;
}
