/** The API as an OpenAPI 3.1 document. What may be entered comes from the schemas that check it. */
import { z } from 'zod';
import { fieldSchemas, KNOWN_REGIONS } from '@leads/contracts/connection-details';
import { AuditAnswer } from '../audit.ts';
import { fieldRules } from '../connections/field-rules.ts';
import { ConnectionAnswer, VersionAnswer, WithLeadAddress } from '../connections/connection-answer.ts';

type Json = Record<string, unknown>;

/** One operation in a line each; the rest is the same for all. */
interface Operation {
  summary: string;
  /** `needed` where two people could overwrite each other. */
  ifMatch?: 'needed' | 'welcome';
  body?: 'NewConnection' | 'ConnectionChange' | 'Secret' | 'Restoration';
  status: number;
  answer?: string;
}

const operations: Record<string, Operation> = {
  'POST /api/connections': {
    summary: 'Creates a connection as a draft, with a lead address of its own.',
    body: 'NewConnection',
    status: 201,
    answer: 'WithLeadAddress',
  },
  'GET /api/connections': { summary: 'Every connection.', status: 200, answer: 'Connections' },
  'GET /api/connections/{id}': { summary: 'One connection.', status: 200, answer: 'WithLeadAddress' },
  'PUT /api/connections/{id}': {
    summary: 'Changes the details. A secret that is not given stays, unless it belongs to what was changed.',
    ifMatch: 'needed',
    body: 'ConnectionChange',
    status: 200,
    answer: 'WithLeadAddress',
  },
  'DELETE /api/connections/{id}': {
    summary: 'Deletes for good: secrets are erased, the lead address answers no more.',
    ifMatch: 'needed',
    status: 204,
  },
  'PUT /api/connections/{id}/secret': {
    summary: 'Replaces the secret; tokens got with the old one are handed out no more.',
    ifMatch: 'welcome',
    body: 'Secret',
    status: 200,
    answer: 'WithLeadAddress',
  },
  ...actions({
    publish: 'Takes leads in from now on.',
    unpublish: 'Takes leads in no more.',
    pause: 'Takes leads in and keeps them waiting.',
    resume: 'Writes what waited, and new leads as they come.',
    'rotate-address-key': 'Makes a new lead address; the old one stops at once.',
  }),
  'POST /api/connections/{id}/validate': {
    summary: 'Starts a Validate. Its steps appear on the topic validations.v1 under the id that is answered.',
    status: 202,
    answer: 'Validation',
  },
  'GET /api/connections/{id}/versions': {
    summary: 'Every version, newest first.',
    status: 200,
    answer: 'Versions',
  },
  'GET /api/connections/{id}/versions/{version}': {
    summary: 'One version.',
    status: 200,
    answer: 'Version',
  },
  'POST /api/connections/{id}/versions/{version}/restore': {
    summary: 'Brings the details of a version back. State, lead address and secret stay as they are.',
    ifMatch: 'needed',
    body: 'Restoration',
    status: 200,
    answer: 'WithLeadAddress',
  },
  'GET /api/connections/{id}/audit': {
    summary: 'Who did what, newest first.',
    status: 200,
    answer: 'Audit',
  },
};

function actions(summaries: Record<string, string>): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(summaries).map(([action, summary]) => [
      `POST /api/connections/{id}/${action}`,
      { summary, ifMatch: 'welcome', status: 200, answer: 'WithLeadAddress' },
    ]),
  );
}

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
      title: 'Connections of marketplace offers to Dynamics 365',
      version: '1',
      description:
        'Internal: for the portal. Secrets go in and never come out. Errors are application/problem+json with all faults of a request at once.',
    },
    security: [{ apiKey: [] }],
    paths,
    components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } }, schemas: schemas() },
  };
}

function describe(method: string, path: string, { summary, ifMatch, body, status, answer }: Operation): Json {
  const parameters: Json[] = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: name === 'id' ? { type: 'string', format: 'uuid' } : { type: 'integer', minimum: 1 },
  }));
  if (ifMatch) {
    const description = 'The ETag of the version that the change was made on.';
    parameters.push({
      name: 'If-Match',
      in: 'header',
      required: ifMatch === 'needed',
      description,
      schema: text,
    });
  }
  if (method !== 'GET') {
    parameters.push({
      name: 'X-Actor',
      in: 'header',
      description: 'Who acts, for the audit trail.',
      schema: text,
    });
  }
  const isOptional = body === 'Restoration';
  return {
    summary,
    parameters,
    ...(body
      ? { requestBody: { required: !isOptional, content: { 'application/json': reference(body) } } }
      : {}),
    responses: {
      [status]: {
        description: 'Done.',
        ...(answer ? { content: { 'application/json': reference(answer) } } : {}),
      },
      default: {
        description: 'Not done, and why: nothing was changed.',
        content: { 'application/problem+json': reference('Problem') },
      },
    },
  };
}

const text = { type: 'string' };

function reference(name: string): Json {
  return { schema: { $ref: `#/components/schemas/${name}` } };
}

function schemas(): Record<string, Json> {
  const { details, secret } = fieldSchemas(fieldRules(KNOWN_REGIONS, '2026-01-01'));
  const entered = (some: z.ZodType[]): Json => ({ oneOf: some.map((schema) => jsonSchema(schema, 'input')) });
  const Problem = z.object({
    type: z.string(),
    status: z.int(),
    title: z.string(),
    detail: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  });
  return {
    NewConnection: { ...entered(details), description: 'With its secret.' },
    ConnectionChange: { ...entered(details), description: 'A secret that is left away stays.' },
    Secret: entered(secret),
    Restoration: { ...entered(secret), description: 'Only where the secret at hand belongs elsewhere.' },
    ...Object.fromEntries(
      Object.entries({
        WithLeadAddress,
        Connections: z.object({ connections: z.array(ConnectionAnswer) }),
        Version: VersionAnswer,
        Versions: z.object({ versions: z.array(VersionAnswer) }),
        Audit: z.object({ audit: z.array(AuditAnswer) }),
        Validation: z.object({ validationId: z.uuid() }),
        Problem,
      }).map(([name, schema]) => [name, jsonSchema(schema, 'output')]),
    ),
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  if ($schema?.includes('2020-12') !== true) throw new Error('OpenAPI 3.1 takes schemas of 2020-12 only.');
  return rest;
}
