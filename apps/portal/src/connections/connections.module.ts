/** The room of connections: forwards what may be done with them to the service that keeps them. */
import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { CredentialsApiModule } from '../credentials-api/credentials-api.module.ts';
import { ConnectionsController } from './connections.controller.ts';
import { ForwardConnections } from './forward-connections.ts';

@Module({
  imports: [AccessModule, CredentialsApiModule],
  controllers: [ConnectionsController],
  providers: [ForwardConnections],
})
export class ConnectionsModule {}
