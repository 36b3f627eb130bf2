/** Offers over HTTP. */
import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { Offer, Offers } from '@leads/contracts/portal-api';
import { DATABASE } from '@leads/service';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { notFound, scopeOf } from '../access/scope.ts';
import { Allow, viewerOf } from '../access/viewer.ts';
import type { PortalTables } from '../tables.ts';
import { readOffers } from './read-offers.ts';

const ConnectionId = z.uuid();

@Controller('api/offers')
@Allow('operator', 'owner', 'reader')
export class OffersController {
  constructor(@Inject(DATABASE) private readonly database: Kysely<PortalTables>) {}

  @Get()
  async list(@Req() request: FastifyRequest): Promise<Offers> {
    return { offers: await readOffers(this.database, scopeOf(viewerOf(request)), new Date()) };
  }

  @Get(':connectionId')
  async read(@Req() request: FastifyRequest, @Param('connectionId') connectionId: string): Promise<Offer> {
    const scope = scopeOf(viewerOf(request));
    const id = ConnectionId.safeParse(connectionId);
    const [offer] = id.success ? await readOffers(this.database, scope, new Date(), id.data) : [];
    if (!offer) throw notFound('offer');
    return offer;
  }
}
