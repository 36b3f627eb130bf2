/** The room of posts that were put aside: what people see of them, and make of them. */
import { Module } from '@nestjs/common';
import { GatewayApiModule } from '../gateway-api/gateway-api.module.ts';
import { KeptPostsController } from './kept-posts.controller.ts';
import { KeptPosts } from './kept-posts.ts';
import { UnknownFieldsController } from './unknown-fields.controller.ts';

@Module({
  imports: [GatewayApiModule],
  controllers: [KeptPostsController, UnknownFieldsController],
  providers: [KeptPosts],
})
export class KeptPostsModule {}
