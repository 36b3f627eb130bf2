/** The room of offers: each with its lead destination and its health. */
import { Module } from '@nestjs/common';
import { OffersController } from './offers.controller.ts';

@Module({ controllers: [OffersController] })
export class OffersModule {}
