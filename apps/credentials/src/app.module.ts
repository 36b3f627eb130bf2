/** Credentials: keeps connections and the secrets that open them, and issues access tokens. */
import { Module } from '@nestjs/common';
import { ServiceModule } from '@leads/service';
import { ApiDocumentController } from './api/api-document.controller.ts';
import { config } from './config.ts';
import { ConnectionsModule } from './connections/connections.module.ts';
import { Housekeeping } from './housekeeping.ts';
import { TokensModule } from './tokens/tokens.module.ts';
import { ValidationModule } from './validation/validation.module.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'credentials',
      schema: 'credentials',
      settings: config,
      consumes: ['once-per-service'],
    }),
    ConnectionsModule,
    TokensModule,
    ValidationModule,
  ],
  controllers: [ApiDocumentController],
  providers: [Housekeeping],
})
export class AppModule {}
