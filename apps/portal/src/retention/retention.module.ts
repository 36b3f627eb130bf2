/** The room of retention: how long what is kept. */
import { Module } from '@nestjs/common';
import { RetentionController } from './retention.controller.ts';

@Module({ controllers: [RetentionController] })
export class RetentionModule {}
