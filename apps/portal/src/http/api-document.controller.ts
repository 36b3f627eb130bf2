/** Serves the document of the API; it holds nothing of anybody's. */
import { Controller, Get, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Answers, describeApi } from '@leads/service';
import { z } from 'zod';
import { AllowAnybody } from '../access/viewer.ts';
import { api } from './api-document.ts';

@Controller('api/openapi.json')
export class ApiDocumentController {
  private document: Record<string, unknown> | undefined;

  constructor(private readonly discovery: DiscoveryService) {}

  @Get()
  @AllowAnybody()
  @Answers('This document.', z.record(z.string(), z.unknown()))
  read(): Record<string, unknown> {
    return (this.document ??= describeApi(
      api,
      this.discovery.getControllers().map(({ metatype }) => metatype as Type),
    ));
  }
}
