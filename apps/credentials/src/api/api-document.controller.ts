/** Serves the document of the API; it holds nothing secret and needs no key. */
import { Controller, Get } from '@nestjs/common';
import { apiDocument } from './api-document.ts';

@Controller('api')
export class ApiDocumentController {
  private readonly document = apiDocument();

  @Get('openapi.json')
  read(): Record<string, unknown> {
    return this.document;
  }
}
