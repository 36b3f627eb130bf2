/** Serves the document of the API, made of its routes; it holds nothing secret and needs no key. */
import { Controller, Get, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { z } from 'zod';
import { Answers, type Api, describeApi } from '@leads/service';

const API: Api = {
  title: 'Connections of marketplace offers to Dynamics 365',
  description:
    'Internal: for the portal, which signs its requests, and for the scripts of operators with the API key where there is one. Secrets go in and never come out. Errors are application/problem+json with all faults of a request at once.',
  security: { apiKey: { type: 'http', scheme: 'bearer' } },
};

type Document = Record<string, unknown>;

@Controller('api/openapi.json')
export class ApiDocumentController implements OnApplicationBootstrap {
  private document: Document = {};

  constructor(private readonly discovery: DiscoveryService) {}

  /** The service does not start with a route that says too little. */
  onApplicationBootstrap(): void {
    const controllers = this.discovery.getControllers().map(({ metatype }) => metatype as Type);
    this.document = describeApi(API, controllers);
  }

  @Get()
  @Answers('This document.', z.record(z.string(), z.unknown()))
  read(): Document {
    return this.document;
  }
}
