/** How long what is kept, and how long a publisher chooses to keep what its customers said. */
import { Controller, Get, Inject, Put } from '@nestjs/common';
import { RetentionChoice, RetentionView } from '@leads/contracts/portal-api';
import { OutboxRelay } from '@leads/database';
import {
  Answers,
  CheckedBody,
  errorsOf,
  type Issues,
  leadDaysOf,
  ProblemError,
  SETTINGS,
} from '@leads/service';
import { Kysely } from 'kysely';
import { Audited } from '../access/audited.ts';
import { Allow, CurrentViewer, type Viewer } from '../access/viewer.ts';
import type { Settings } from '../config.ts';
import type { PortalTables } from '../tables.ts';
import { chooseDays, chosenDays } from '../ledger/chosen-days.ts';
import { whatIsKept } from './what-is-kept.ts';

@Controller('api/retention')
export class RetentionController {
  constructor(
    private readonly database: Kysely<PortalTables>,
    private readonly relay: OutboxRelay<PortalTables>,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get()
  @Allow('reader', 'owner', 'operator')
  @Answers('How long what is kept.', RetentionView)
  async read(@CurrentViewer() { publisherId }: Viewer): Promise<RetentionView> {
    return this.view(publisherId === undefined ? null : await chosenDays(this.database, publisherId));
  }

  @Put()
  @Allow('owner')
  @Answers('Chooses for how many days leads are kept after they were written or died.', RetentionView)
  @Audited('changed how long leads are kept')
  async choose(
    @CurrentViewer() { publisherId }: Viewer,
    @CheckedBody(RetentionChoice, notAccepted) { days }: RetentionChoice,
  ): Promise<RetentionView> {
    if (days !== null && days !== leadDaysOf(this.settings, days)) throw outOfBounds(this.view(null));
    if (publisherId !== undefined) await chooseDays(this.database, publisherId, days);
    this.relay.wake();
    return this.view(days);
  }

  private view(chosen: number | null): RetentionView {
    const { settings } = this;
    return {
      leads: {
        days: leadDaysOf(settings, chosen),
        ...(chosen !== null && { chosen }),
        usual: leadDaysOf(settings, null),
        least: leadDaysOf(settings, 0),
        most: leadDaysOf(settings, Infinity),
      },
      kept: whatIsKept(settings, chosen),
    };
  }
}

function notAccepted(issues: Issues): ProblemError {
  return new ProblemError({
    status: 422,
    title: 'This is no number of days',
    detail: 'Correct what is marked. Nothing was changed.',
    errors: errorsOf(issues),
  });
}

function outOfBounds({ leads: { least, most } }: RetentionView): ProblemError {
  const detail = `Leads can be kept for ${least} to ${most} days.`;
  return new ProblemError({
    status: 422,
    title: 'So many days cannot be chosen',
    detail: `${detail} Nothing was changed. Choose a number within these, or ask the operators of this system to widen them.`,
    errors: [{ pointer: '/days', detail }],
  });
}
