/** The ledger: kept from the topics, read over HTTP. */
import { type DynamicModule, Module } from '@nestjs/common';
import { KeepHouse } from '../keep-house.ts';
import { KeepLedger } from '../keep-ledger.ts';
import { LanesController } from '../lanes/lanes.controller.ts';
import { LeadsController } from '../leads/leads.controller.ts';
import { LINK_BASE } from '../leads/record-url.ts';
import { OffersController } from '../offers/offers.controller.ts';
import { StatisticsController } from '../statistics/statistics.controller.ts';

@Module({})
export class LedgerModule {
  /** @param linkBase see `recordUrl` */
  static linkingTo(linkBase: string | undefined): DynamicModule {
    return {
      module: LedgerModule,
      // Whoever shows a lead links it alike.
      global: true,
      controllers: [KeepLedger, OffersController, LeadsController, LanesController, StatisticsController],
      providers: [{ provide: LINK_BASE, useValue: linkBase }, KeepHouse],
      exports: [LINK_BASE],
    };
  }
}
