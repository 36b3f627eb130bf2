/** What every room that shows leads links them by, alike. */
import { Module } from '@nestjs/common';
import { SETTINGS } from '@leads/service';
import type { Settings } from '../config.ts';
import { RecordLinks } from './record-links.ts';

@Module({
  providers: [
    {
      provide: RecordLinks,
      inject: [SETTINGS],
      useFactory: (settings: Settings) => new RecordLinks(settings.DYNAMICS_LINK_BASE),
    },
  ],
  exports: [RecordLinks],
})
export class LedgerModule {}
