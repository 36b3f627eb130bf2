/** The portal: what people see. Keeps the ledger of leads, answers the console, and serves it. */
import { Module } from '@nestjs/common';
import { ServiceModule } from '@leads/service';
import { config } from './config.ts';

@Module({
  imports: [
    ServiceModule.forService({
      name: 'portal',
      schema: 'portal',
      settings: config,
      consumes: ['once-per-service'],
    }),
  ],
})
export class AppModule {}
