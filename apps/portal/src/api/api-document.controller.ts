/** Serves the document of the API; it holds nothing of anybody's. */
import { Controller, Get } from '@nestjs/common';
import { AllowAnybody } from '../access/viewer.ts';
import { apiDocument } from './api-document.ts';

@Controller('api/openapi.json')
export class ApiDocumentController {
  private readonly document = apiDocument();

  @Get()
  @AllowAnybody()
  read(): Record<string, unknown> {
    return this.document;
  }
}
