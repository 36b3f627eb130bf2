/** Connections over HTTP for the console: every route of the service that keeps them, for who may. */
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  RequestMapping,
  RequestMethod,
  Res,
  StandardSchemaValidationPipe,
} from '@nestjs/common';
import { MappingPreview, MappingPreviewOrder } from '@leads/contracts';
import { LeadAddress, type LimitedUse } from '@leads/contracts/portal-api';
import { Answers, headerDecorator, IdParam } from '@leads/service';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Audited } from '../access/audited.ts';
import { Limited } from '../access/quotas.ts';
import { Allow, CurrentViewer, type Viewer } from '../access/viewer.ts';
import { ForwardConnections, type ForwardedRequest, unknown } from './forward-connections.ts';

const ConnectionId = (): ParameterDecorator => IdParam('id', () => unknown('connection'));

@Controller('api/connections')
@Allow('owner', 'operator')
export class ConnectionsController {
  constructor(private readonly connections: ForwardConnections) {}

  @Get(':id/lead-address')
  @Audited('revealed the lead address', 'id')
  @Answers('The address to paste into Partner Center, for who may see it.', LeadAddress)
  async leadAddress(@CurrentViewer() viewer: Viewer, @ConnectionId() id: string): Promise<LeadAddress> {
    return { leadAddress: await this.connections.leadAddress(viewer, id) };
  }

  /** What each of the {@link FORWARDED} does: hands the request on, and the answer with its headers back. */
  async forward(request: ForwardedRequest, reply: FastifyReply): Promise<unknown> {
    const answer = await this.connections.forward(request);
    for (const name of ['etag', 'location']) {
      const value = answer.headers.get(name);
      if (value !== null) reply.header(name, value);
    }
    return answer.body;
  }
}

interface ForwardedRoute {
  summary: string;
  /** What its use is called in the audit; absent where one only looks, which readers may too. */
  act?: string;
  /** 200 unless told. */
  status?: number;
  /** What it takes, for the document alone: the service that is asked checks it. */
  body?: z.ZodType;
  /** What it answers, where that is known here. */
  answer?: z.ZodType;
}

const BODY = z.looseObject({}).describe('As the service that keeps connections takes it.');

/** By method and path; a route of that service without a row here fails a spec. */
const FORWARDED: Record<string, ForwardedRoute> = {
  'GET ': { summary: 'Connections, by their ids: the first 500.' },
  'POST ': {
    ...{ summary: 'Creates a connection, as a draft.', act: 'created the connection' },
    ...{ status: 201, body: BODY },
  },
  'GET :id': { summary: 'One connection.' },
  'PUT :id': { summary: 'Changes the details.', act: 'changed the connection', body: BODY },
  'DELETE :id': { summary: 'Deletes for good.', act: 'deleted the connection', status: 204 },
  'PUT :id/secret': {
    ...{ summary: 'Replaces the secret.', act: 'replaced the secret of the connection', body: BODY },
  },
  'POST :id/publish': { summary: 'Takes leads in from now on.', act: 'published the connection' },
  'POST :id/unpublish': {
    summary: 'Holds leads until it is published again.',
    act: 'unpublished the connection',
  },
  'POST :id/pause': { summary: 'Takes leads in and keeps them waiting.', act: 'paused the connection' },
  'POST :id/resume': {
    ...{ summary: 'Writes what waited, and new leads as they come.', act: 'resumed the connection' },
  },
  // The new address is read by the route for lead addresses.
  'POST :id/rotate-address-key': {
    ...{ summary: 'Makes a new lead address; the old one works for some days more.', body: BODY.optional() },
    act: 'made a new lead address',
  },
  'POST :id/end-earlier-addresses': {
    summary: 'Lead addresses that were replaced stop at once.',
    act: 'ended earlier lead addresses',
  },
  'POST :id/validate': { summary: 'Starts a Validate.', act: 'validated the connection', status: 202 },
  'POST :id/mapping-preview': {
    ...{ summary: 'Tries a mapping on a lead. Nothing is saved.', act: 'tried a mapping of the connection' },
    ...{ body: MappingPreviewOrder, answer: MappingPreview },
  },
  'GET :id/versions': { summary: 'Every version, newest first.' },
  'GET :id/versions/:version': { summary: 'One version.' },
  'POST :id/versions/:version/restore': {
    ...{ summary: 'Brings the details of a version back.', body: BODY.optional() },
    act: 'restored an earlier version of the connection',
  },
  'GET :id/audit': { summary: 'Who did what to the connection, newest first.' },
};

const Version = Param('version', {
  schema: z.string().regex(/^\d{1,9}$/),
  pipes: [new StandardSchemaValidationPipe({ exceptionFactory: () => unknown('version') })],
});

const IfMatch = headerDecorator(
  { name: 'If-Match', description: 'The ETag of the version that the change was made on.' },
  (value) => value,
);

/** By what a change is limited. */
function useOf(route: string): LimitedUse {
  if (route === 'POST ') return 'connections';
  return /\/(?:validate|mapping-preview)$/.test(route) ? 'validates' : 'saves';
}

const { prototype } = ConnectionsController;
for (const [name, route] of Object.entries(FORWARDED)) {
  const [method, path] = name.split(' ') as ['GET' | 'POST' | 'PUT' | 'DELETE', string];
  const last = path.split('/').at(-1) ?? '';
  const rest = last === '' || last.startsWith(':') ? undefined : last;
  Object.defineProperty(prototype, name, {
    value(
      this: ConnectionsController,
      viewer: Viewer,
      reply: FastifyReply,
      body?: unknown,
      ifMatch?: string,
      id?: string,
      version?: string,
    ) {
      return this.forward({ method, viewer, id, version, rest, ifMatch, body }, reply);
    },
  });
  const parameters = [
    CurrentViewer(),
    Res({ passthrough: true }),
    route.body && Body({ schema: route.body }),
    route.act !== undefined && path !== '' && IfMatch,
    path.includes(':id') && ConnectionId(),
    path.includes(':version') && Version,
  ];
  for (const [index, parameter] of parameters.entries()) {
    if (parameter) parameter(prototype, name, index);
  }
  const decorators = [
    RequestMapping({ method: RequestMethod[method], path }),
    HttpCode(route.status ?? 200),
    (route.status === 204
      ? Answers(route.summary, 'nothing')
      : Answers(route.summary, route.answer ?? z.unknown())) as MethodDecorator,
    route.act === undefined
      ? Allow('reader', 'owner', 'operator')
      : Audited(route.act, path === '' ? undefined : 'id'),
    ...(route.act === undefined ? [] : [Limited(useOf(name))]),
  ];
  Reflect.decorate(decorators, prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
}
