/** The room of the API's document. */
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ApiDocumentController } from './api-document.controller.ts';

@Module({ imports: [DiscoveryModule], controllers: [ApiDocumentController] })
export class HttpModule {}
