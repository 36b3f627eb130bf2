/**
 * The walk of an incident: what services tell of trouble becomes, cause by cause and place by place, one incident that
 * is opened, reminded of, and ended.
 *
 * How alerts become incidents is decided in `incidents/fold-incidents.ts`; here is when, and in which transaction.
 */
import { randomUUID } from 'node:crypto';
import {
  type BeforeApplicationShutdown,
  Controller,
  Inject,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type Alert, topics } from '@leads/contracts';
import { VALIDATE } from '@leads/contracts/validation';
import { DatabaseClock, OutboxRelay } from '@leads/database';
import { OnTopic, type Received } from '@leads/kafka';
import { Rounds } from '@leads/pacing';
import {
  LOG,
  type Logger,
  type Retention,
  retentionOf,
  type RetentionSettings,
  SETTINGS,
} from '@leads/service';
import { Kysely } from 'kysely';
import type { IncidentSettings } from './incidents/config.ts';
import {
  DAY_MS,
  foldAlerts,
  type LocatedAlert,
  passTime,
  type Picture,
  type Rules,
} from './incidents/fold-incidents.ts';
import { goneAfter, overWithAge } from './incidents/gone-with-age.ts';
import {
  changePicture,
  readDue,
  readPicture,
  readToldBefore,
  readWhereabouts,
} from './incidents/incident-store.ts';
import { mendedByValidate } from './incidents/mended.ts';
import { readAlert } from './incidents/read-alert.ts';
import type { CredentialsTables } from './tables.ts';

/** How often it is looked whether an end or a reminder is due. */
const LOOK_EVERY_MS = 5_000;

@Controller()
export class KeepIncidents implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rules: Rules;
  private readonly retention: Retention;
  private readonly rounds: Rounds;

  constructor(
    private readonly database: Kysely<CredentialsTables>,
    private readonly relay: OutboxRelay<CredentialsTables>,
    @Inject(SETTINGS) settings: IncidentSettings & RetentionSettings,
    @Inject(LOG) log: Logger,
    private readonly clock: DatabaseClock,
  ) {
    this.rules = { quietMs: settings.INCIDENT_QUIET_SECONDS * 1_000, newId: randomUUID };
    this.retention = retentionOf(settings);
    this.rounds = new Rounds(() => this.passTime(this.clock.date()), {
      everyMs: LOOK_EVERY_MS,
      onError: (error) => log.error({ error }, 'incidents were not looked at; it is done again at once'),
    });
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  @OnTopic(topics.alerts)
  async hearAlerts(records: Received<typeof topics.alerts>[]): Promise<void> {
    await takeAlerts(
      this.database,
      records.map(({ value }) => value),
      this.clock.date(),
      this.rules,
    );
    this.relay.wake();
  }

  @OnTopic(topics.validations)
  async hearValidations(records: Received<typeof topics.validations>[]): Promise<void> {
    const steps = records.map(({ value }) => value);
    const failed = steps.filter(({ status }) => status === 'failed');
    if (failed.length > 0) {
      await this.database
        .insertInto('failed_validations')
        .values(
          failed.map(({ validationId, at }) => ({ validation_id: validationId, failed_at: new Date(at) })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    const finished = steps.filter(({ check, status }) => check === VALIDATE && status === 'finished');
    if (finished.length === 0) return;
    const ids = finished.map(({ validationId }) => validationId);
    const rows = await this.database
      .selectFrom('failed_validations')
      .select('validation_id')
      .where('validation_id', 'in', ids)
      .execute();
    const alerts = finished
      .filter(({ validationId }) => !rows.some((row) => row.validation_id === validationId))
      .flatMap(mendedByValidate);
    await takeAlerts(this.database, alerts, this.clock.date(), this.rules);
    this.relay.wake();
  }

  private async passTime(now: Date): Promise<void> {
    await endWhatIsGone(this.database, now, this.retention, this.rules);
    const quietSince = new Date(now.getTime() - this.rules.quietMs);
    const toldBefore = new Date(now.getTime() - DAY_MS);
    const told = await changePicture(
      this.database,
      now,
      (transaction) => readDue(transaction, quietSince, toldBefore),
      (picture) => passTime(picture, now, this.rules),
    );
    if (told.length > 0) this.relay.wake();
  }
}

/** Ends trouble with what was put aside, where all of it has gone with its age. */
export async function endWhatIsGone(
  database: Kysely<CredentialsTables>,
  now: Date,
  retention: Retention,
  rules: Rules,
): Promise<void> {
  const before = Object.entries(goneAfter(retention)).map(
    ([trouble, ms]) => [trouble, new Date(now.getTime() - ms)] as const,
  );
  const gone = await readToldBefore(database, Object.fromEntries(before));
  await takeAlerts(database, overWithAge(gone, now), now, rules);
}

/** Takes alerts in, all in one transaction: what they say together is told, not what each said on the way. */
export async function takeAlerts(
  database: Kysely<CredentialsTables>,
  alerts: readonly Alert[],
  now: Date,
  rules: Rules,
): Promise<void> {
  if (alerts.length === 0) return;
  const connectionIds = [...new Set(alerts.map(({ connectionId }) => connectionId))];
  let located: LocatedAlert[] = [];
  const read = async (transaction: Kysely<CredentialsTables>): Promise<Picture> => {
    const whereabouts = await readWhereabouts(transaction, connectionIds);
    located = alerts.map((alert) => ({ alert, connection: whereabouts.get(alert.connectionId) }));
    const keys = located.flatMap(({ alert, connection }) =>
      readAlert(alert, connection).map(({ key }) => key),
    );
    return readPicture(transaction, { connectionIds, keys });
  };
  await changePicture(database, now, read, (picture) => foldAlerts(picture, located, now, rules));
}
