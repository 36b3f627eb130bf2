/** What becomes of leads with a mapping, before it is saved. */
import { Body, Controller, HttpCode, Injectable, type PipeTransform, Post, UseGuards } from '@nestjs/common';
import {
  MappingPreview,
  MappingPreviewOrder,
  type MarketplaceLead,
  readMarketplaceLead,
} from '@leads/contracts';
import { faultsOf } from '@leads/contracts/connection-details';
import { Answers, CallerGuard } from '@leads/service';
import { Actor } from '../access/actor.ts';
import { previewMapping } from './check-mapping.ts';
import { notAccepted, unknownConnection } from './connection-problems.ts';
import { ConnectionId } from './connection-requests.ts';
import { Connections } from './connections.ts';
import { Writer } from './writer.ts';

interface Ordered {
  order: MappingPreviewOrder;
  lead: MarketplaceLead | undefined;
}

@Injectable()
class OrderPipe implements PipeTransform<unknown, Ordered> {
  transform(body: unknown): Ordered {
    const read = MappingPreviewOrder.safeParse(body, { reportInput: false });
    if (!read.success) throw notAccepted(faultsOf(read.error));
    const lead = read.data.lead && readMarketplaceLead(read.data.lead);
    if (read.data.lead && !lead)
      throw notAccepted([
        { pointer: '/lead', detail: 'No lead is recognised: send it as the marketplace posts it.' },
      ]);
    return { order: read.data, lead };
  }
}

@Controller('api/connections/:id/mapping-preview')
@UseGuards(CallerGuard)
export class MappingPreviewController {
  constructor(
    private readonly connections: Connections,
    private readonly writer: Writer,
  ) {}

  @Post()
  @HttpCode(200)
  @Answers(
    'Tries a mapping on a lead, against what the organization takes. Nothing is saved.',
    MappingPreview,
  )
  async preview(
    @ConnectionId() connectionId: string,
    @Actor() _actor: string,
    @Body({ schema: MappingPreviewOrder, pipes: [OrderPipe] }) { order, lead }: Ordered,
  ): Promise<MappingPreview> {
    const connection = await this.connections.find(connectionId);
    if (!connection) throw unknownConnection();
    return previewMapping(connection, order, lead, this.writer);
  }
}
