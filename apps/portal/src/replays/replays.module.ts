/** The room of replays: dead leads, delivered again. */
import { Module } from '@nestjs/common';
import { ReplaysController } from './replays.controller.ts';

@Module({ controllers: [ReplaysController] })
export class ReplaysModule {}
