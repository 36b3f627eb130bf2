/** The room of lanes: how each stands, and the sum of all leads. */
import { Module } from '@nestjs/common';
import { LanesController } from './lanes.controller.ts';

@Module({ controllers: [LanesController] })
export class LanesModule {}
