/**
 * An API as an OpenAPI 3.1 document, made of what its routes declare: Nest's decorators say the paths, parameters and
 * bodies, with the zod schemas that check them; `@Answers` says the rest.
 *
 * Not @nestjs/swagger: its converter writes schemas for OpenAPI 3.0 and needs the running application, and it would
 * bring a user interface of 12 MB into every image.
 */
import { RequestMethod, type Type } from '@nestjs/common';
import {
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { z } from 'zod';
import { ANSWERS, type Answer, type Operation, OPERATIONS } from './answers.ts';
import { type ApiHeader, headersOf } from './headers.ts';

type Json = Record<string, unknown>;

/** What the routes do not say themselves. */
export interface Api {
  title: string;
  description: string;
  /** OpenAPI's security schemes by name; each route needs all of them. */
  security: Record<string, Json>;
  /** Headers that every request needs which is no GET. */
  headersOfWrites?: ApiHeader[];
  /** Below which path the routes are that are described; `/api/` unless told. */
  within?: string;
}

/**
 * Describes every route of these controllers below `/api/`, or where else they are.
 * @throws Error that names each route without `@Answers`, with an answer to its 204, or with a body, query or path parameter without a schema
 */
export function describeApi(api: Api, controllers: readonly Type[]): Json {
  const routes = controllers.flatMap(routesOf).filter(({ path }) => path.startsWith(api.within ?? '/api/'));
  const faults = routes.flatMap(faultsOf);
  if (faults.length > 0) throw new Error(`The API cannot be described. ${faults.join(' ')}`);
  const schemas = new Schemas();
  const problem = schemas.refer(Problem, 'output');
  const paths = new Map<string, Json>();
  for (const route of routes) {
    const operation = describe(route, api, schemas, problem);
    paths.set(route.path, { ...paths.get(route.path), [route.method.toLowerCase()]: operation });
  }
  const { title, description, security: securitySchemes } = api;
  return {
    openapi: '3.1.0',
    info: { title, version: '1', description },
    security: [Object.fromEntries(Object.keys(securitySchemes).map((name) => [name, []]))],
    paths: Object.fromEntries(paths),
    components: { securitySchemes, schemas: Object.fromEntries(schemas.named) },
  };
}

/** One way to call the API, as the decorators have it. */
interface Route {
  method: string;
  /** With its parameters in braces. */
  path: string;
  status: number;
  inputs: Input[];
  headers: ApiHeader[];
  answer?: Answer;
  takes?: Operation['takes'];
  refusals?: Operation['refusals'];
}

/** A body, a query (or one of its parameters) or a parameter of the path. */
interface Input {
  type: RouteParamtypes;
  name?: string;
  schema?: z.ZodType;
}

const { BODY, QUERY, PARAM } = RouteParamtypes;

/** The routes of a controller; those of a Kafka controller are none. */
function routesOf(controller: Type): Route[] {
  const base = Reflect.getMetadata(PATH_METADATA, controller) as string | undefined;
  const prototype = controller.prototype as object;
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) => {
    const handler = value as object;
    const path = Reflect.getMetadata(PATH_METADATA, handler) as string | undefined;
    const verb = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (path === undefined || verb === undefined) return [];
    const method = RequestMethod[verb];
    const answer = Reflect.getMetadata(ANSWERS, handler) as Answer | undefined;
    const status = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
    const route = {
      method,
      path: `/${base}/${path}`
        .replaceAll(/\/+/g, '/')
        .replace(/\/$/, '')
        .replaceAll(/:(\w+)/g, '{$1}'),
      status: status ?? (method === 'POST' ? 201 : 200),
      inputs: inputsOf(controller, name),
      headers: headersOf(prototype, name),
    };
    const operations = Reflect.getMetadata(OPERATIONS, handler) as Record<string, Operation> | undefined;
    if (operations === undefined) return [{ ...route, ...(answer && { answer }) }];
    return Object.entries(operations).map(
      ([verbOf, { status: done, headers = [], takes, refusals, ...its }]) => ({
        ...{ ...route, method: verbOf, status: done, takes, refusals, answer: its },
        headers: [...route.headers, ...headers],
      }),
    );
  });
}

/** Nest keeps the parameters of a method under `<type>:<index>`. */
function inputsOf(controller: Type, method: string): Input[] {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<
    string,
    { data?: string; schema?: z.ZodType }
  >;
  return Object.entries(parameters).flatMap(([key, { data: name, schema }]) => {
    const type = Number(key.split(':')[0]);
    if (![BODY, QUERY, PARAM].includes(type)) return [];
    return [{ type, ...(name !== undefined && { name }), ...(schema && { schema }) }];
  });
}

function faultsOf({ method, path, status, answer, inputs }: Route): string[] {
  const described = new Set(inputs.map(({ type, name }) => type === PARAM && name));
  return [
    ...(answer ? [] : ['does not say what it answers']),
    ...(status === 204 && answer && answer.answer !== 'nothing' ? ['answers 204, and something'] : []),
    ...inputs
      .filter(({ schema }) => !schema)
      .map(({ type, name = 'its whole' }) => `takes ${name} ${RouteParamtypes[type]} without a schema`),
    ...namesIn(path)
      .filter((name) => !described.has(name))
      .map((name) => `does not take its parameter ${name}`),
  ].map((fault) => `${method} ${path} ${fault}.`);
}

function namesIn(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

function describe(route: Route, api: Api, schemas: Schemas, problem: Json): Json {
  const { method, path, status, inputs, headers, answer, takes, refusals = {} } = route;
  const body = inputs.find(({ type }) => type === BODY)?.schema;
  const writes = method === 'GET' ? [] : (api.headersOfWrites ?? []);
  return {
    summary: answer?.summary,
    parameters: [
      ...namesIn(path).map((name) => {
        const schema = inputs.find((input) => input.type === PARAM && input.name === name)?.schema;
        return { name, in: 'path', required: true, schema: schemas.refer(schema ?? z.string(), 'input') };
      }),
      ...inputs.flatMap((input) => (input.type === QUERY ? queryParameters(input, schemas) : [])),
      ...[...headers, ...writes].map(({ name, description, required = false }) => ({
        ...{ name, in: 'header', description, required },
        schema: { type: 'string' },
      })),
    ],
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: json(schemas.refer(body, 'input')),
      },
    }),
    ...(takes && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          Object.entries(takes).map(([type, schema]) => [type, { schema: schemas.refer(schema, 'input') }]),
        ),
      },
    }),
    responses: {
      [status]: { description: 'Done.', ...contentOf(answer?.answer, schemas) },
      ...Object.fromEntries(
        Object.entries(refusals).map(([refused, description]) => [
          refused,
          { description, content: { 'application/problem+json': { schema: problem } } },
        ]),
      ),
      default: {
        description: 'Not done, and why.',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  };
}

function queryParameters({ name, schema = z.object({}) }: Input, schemas: Schemas): Json[] {
  const { properties, required = [] } = schemas.inline(
    name === undefined ? schema : z.object({ [name]: schema }),
    'input',
  ) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties ?? {}).map(([parameter, its]) => ({
    ...{ name: parameter, in: 'query', required: required.includes(parameter) },
    schema: its,
  }));
}

function contentOf(answer: Answer['answer'] | undefined, schemas: Schemas): Json {
  if (answer === undefined || answer === 'nothing') return {};
  if (typeof answer === 'string') return { content: { [answer]: { schema: { type: 'string' } } } };
  return { content: json(schemas.refer(answer, 'output')) };
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** What every route answers that does not do what it was asked for. */
const Problem = z
  .object({
    type: z.string(),
    status: z.int(),
    title: z.string(),
    detail: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
    traceId: z.string().optional(),
  })
  .meta({ id: 'Problem' });

/** The document's schemas: those with a name (`.meta({ id })`) once, the others where they are used. */
class Schemas {
  readonly named = new Map<string, Json>();

  /** The schema, or where it is. */
  refer(schema: z.ZodType, io: 'input' | 'output'): Json {
    const whole = this.inline(schema, io);
    const { id } = whole;
    if (typeof id !== 'string') return whole;
    this.name(id, whole);
    return { $ref: `#/components/schemas/${id}` };
  }

  /** The schema itself; those within it that have a name are referred to. */
  inline(schema: z.ZodType, io: 'input' | 'output'): Json {
    const made = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
    const placed = JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/');
    const { $defs = {}, ...whole } = JSON.parse(placed) as Json & { $defs?: Record<string, Json> };
    for (const [name, definition] of Object.entries($defs)) this.name(name, definition);
    delete whole['$schema'];
    return whole;
  }

  private name(id: string, schema: Json): void {
    delete schema['id'];
    const known = this.named.get(id);
    // A schema with defaults or transforms is another one on its way in than on its way out.
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`Two schemas of the API are called ${id}.`);
    }
    this.named.set(id, schema);
  }
}
