/** Serves the document of what may be posted here; it holds nothing secret and needs no key. */
import { Controller, Get } from '@nestjs/common';
import { Answers, type Api, describeApi } from '@leads/service';
import { z } from 'zod';
import { AcceptLead } from './accept-lead.ts';

const API: Api = {
  title: 'Lead addresses',
  description:
    "Takes the leads that Microsoft's commercial marketplace posts for an offer. The address is the secret. " +
    'Every answer but 200 and 202 is application/problem+json and says what became of the lead and what to do.',
  security: {},
  within: '/leads/',
};

type Document = Record<string, unknown>;

@Controller('api/openapi.json')
export class ApiDocumentController {
  private readonly document: Document = describeApi(API, [AcceptLead]);

  @Get()
  @Answers('This document.', z.record(z.string(), z.unknown()))
  read(): Document {
    return this.document;
  }
}
