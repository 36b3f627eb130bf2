/** Offers over HTTP. */
import { Controller, Get } from '@nestjs/common';
import { Offer, Offers } from '@leads/contracts/portal-api';
import { DatabaseClock } from '@leads/database';
import { Answers, IdParam } from '@leads/service';
import { Kysely } from 'kysely';
import { CurrentScope, notFound, type Scope } from '../access/scope.ts';
import { Allow } from '../access/viewer.ts';
import type { PortalTables } from '../tables.ts';
import { readOffers } from './read-offers.ts';

@Controller('api/offers')
@Allow('operator', 'owner', 'reader')
export class OffersController {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly clock: DatabaseClock,
  ) {}

  @Get()
  @Answers('Every offer with its lead destination.', Offers)
  async list(@CurrentScope() scope: Scope): Promise<Offers> {
    return { offers: await readOffers(this.database, scope, this.clock.date()) };
  }

  @Get(':connectionId')
  @Answers('One offer.', Offer)
  async read(
    @CurrentScope() scope: Scope,
    @IdParam('connectionId', () => notFound('offer')) connectionId: string,
  ): Promise<Offer> {
    const [offer] = await readOffers(this.database, scope, this.clock.date(), connectionId);
    if (!offer) throw notFound('offer');
    return offer;
  }
}
