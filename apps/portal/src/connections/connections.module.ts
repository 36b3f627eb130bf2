/** The room of connections: forwards what may be done with them to the service that keeps them. */
import { Module } from '@nestjs/common';
import { PUBLISHERS, type Publishers } from '../access/publishers.ts';
import { config } from '../config.ts';
import { CREDENTIALS, Credentials } from './credentials.ts';
import { ConnectionsController } from './connections.controller.ts';
import { ForwardConnections } from './forward-connections.ts';

@Module({
  controllers: [ConnectionsController],
  providers: [
    {
      provide: CREDENTIALS,
      useFactory: () => new Credentials({ url: config.CREDENTIALS_URL, apiKey: config.CREDENTIALS_API_KEY }),
    },
    {
      provide: ForwardConnections,
      inject: [CREDENTIALS, PUBLISHERS],
      useFactory: (credentials: Credentials, publishers: Publishers) =>
        new ForwardConnections({
          credentials,
          publisher: (id) => publishers.find(id),
          ownerInLedger: (connectionId) => publishers.ofConnection(connectionId),
        }),
    },
  ],
  exports: [CREDENTIALS],
})
export class ConnectionsModule {}
