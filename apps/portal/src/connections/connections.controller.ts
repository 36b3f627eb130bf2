/** Connections over HTTP for the console: every route of the service that keeps them, for who may. */
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { LeadAddress } from '@leads/contracts/portal-api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audited } from '../access/audited.ts';
import { Allow, viewerOf } from '../access/viewer.ts';
import { ForwardConnections, type Wish } from './forward-connections.ts';

@Controller('api/connections')
@Allow('owner', 'operator')
export class ConnectionsController {
  constructor(@Inject(ForwardConnections) private readonly connections: ForwardConnections) {}

  @Get()
  @Allow('reader', 'owner', 'operator')
  list(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    return this.forward(request, reply, { method: 'GET' });
  }

  @Post()
  @Audited('created the connection')
  create(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'POST', body });
  }

  @Get(':id')
  @Allow('reader', 'owner', 'operator')
  find(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'GET', id });
  }

  @Get(':id/lead-address')
  @Audited('revealed the lead address', 'id')
  async leadAddress(@Param('id') id: string, @Req() request: FastifyRequest): Promise<LeadAddress> {
    return { leadAddress: await this.connections.leadAddress(viewerOf(request), id) };
  }

  @Put(':id')
  @Audited('changed the connection', 'id')
  change(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'PUT', id, body });
  }

  @Delete(':id')
  @HttpCode(204)
  @Audited('deleted the connection', 'id')
  remove(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'DELETE', id });
  }

  @Put(':id/secret')
  @Audited('replaced the secret of the connection', 'id')
  replaceSecret(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'PUT', id, rest: 'secret', body });
  }

  @Post(':id/publish')
  @HttpCode(200)
  @Audited('published the connection', 'id')
  publish(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'POST', id, rest: 'publish' });
  }

  @Post(':id/unpublish')
  @HttpCode(200)
  @Audited('unpublished the connection', 'id')
  unpublish(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'POST', id, rest: 'unpublish' });
  }

  @Post(':id/pause')
  @HttpCode(200)
  @Audited('paused the connection', 'id')
  pause(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'POST', id, rest: 'pause' });
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Audited('resumed the connection', 'id')
  resume(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'POST', id, rest: 'resume' });
  }

  /** The old address stops at once; the new one is read by the route for lead addresses. */
  @Post(':id/rotate-address-key')
  @HttpCode(200)
  @Audited('made a new lead address', 'id')
  rotateAddressKey(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'POST', id, rest: 'rotate-address-key' });
  }

  @Post(':id/validate')
  @HttpCode(202)
  @Audited('validated the connection', 'id')
  validate(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'POST', id, rest: 'validate' });
  }

  @Get(':id/versions')
  @Allow('reader', 'owner', 'operator')
  versions(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'GET', id, rest: 'versions' });
  }

  @Get(':id/versions/:version')
  @Allow('reader', 'owner', 'operator')
  version(
    @Param('id') id: string,
    @Param('version') version: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'GET', id, version });
  }

  @Post(':id/versions/:version/restore')
  @HttpCode(200)
  @Audited('restored an earlier version of the connection', 'id')
  restore(
    @Param('id') id: string,
    @Param('version') version: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'POST', id, version, rest: 'restore', body });
  }

  @Get(':id/audit')
  @Allow('reader', 'owner', 'operator')
  audit(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.forward(request, reply, { method: 'GET', id, rest: 'audit' });
  }

  private async forward(
    request: FastifyRequest,
    reply: FastifyReply,
    wish: Omit<Wish, 'viewer' | 'ifMatch'>,
  ): Promise<unknown> {
    const ifMatch = request.headers['if-match'];
    const answer = await this.connections.forward({ ...wish, viewer: viewerOf(request), ifMatch });
    for (const name of ['etag', 'location']) {
      const value = answer.headers.get(name);
      if (value !== null) reply.header(name, value);
    }
    return answer.body;
  }
}
