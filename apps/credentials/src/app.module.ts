/** Credentials: keeps connections and the secrets that open them, issues access tokens, and keeps incidents. */
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ServiceModule } from '@leads/service';
import { AccessModule } from './access/access.module.ts';
import { WatchExpiry } from './alerts/watch-expiry.ts';
import { ApiDocumentController } from './api-document.controller.ts';
import { settings } from './config.ts';
import { ConnectionsModule } from './connections/connections.module.ts';
import { IncidentsModule } from './incidents/incidents.module.ts';
import { IssueToken } from './issue-token.ts';
import { KeepIncidents } from './keep-incidents.ts';
import { credentialsAges } from './retention.ts';
import { TokensModule } from './tokens/tokens.module.ts';
import { ValidateConnection } from './validate-connection.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'credentials',
      schema: 'credentials',
      settings,
      consumes: ['once-per-service', 'every-instance'],
      ages: credentialsAges,
    }),
    DiscoveryModule,
    AccessModule,
    ConnectionsModule,
    TokensModule,
    IncidentsModule,
  ],
  controllers: [IssueToken, ValidateConnection, KeepIncidents, ApiDocumentController],
  providers: [WatchExpiry],
})
export class AppModule {}
