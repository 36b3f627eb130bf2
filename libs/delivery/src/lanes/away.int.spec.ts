import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Alert } from '@leads/contracts';
import { MINUTE_MS } from '@leads/pacing';
import { Absence, AWAY_AFTER_MS } from './away.ts';
import type { Lane } from './lane.ts';
import {
  CONNECTION,
  lead,
  NOW,
  REASON,
  startDeliverySchema,
  WRITTEN,
  type DeliverySchema,
} from '../testing/delivery-schema.ts';

let schema: DeliverySchema;
let lane: Lane;

beforeAll(async () => {
  schema = await startDeliverySchema();
});
afterAll(() => schema.close());
beforeEach(async () => {
  lane = await schema.begin();
});

async function alerts(): Promise<Alert[]> {
  const rows = await schema.database
    .selectFrom('outbox')
    .select('value')
    .where('topic', '=', 'alerts.v1')
    .orderBy('id')
    .execute();
  return rows.map(({ value }) => Alert.parse(JSON.parse(value)));
}

const after = (ms: number): Date => new Date(NOW.getTime() + ms);
const goesOn = (ms: number, { absence } = lane): Promise<void> =>
  absence.goesOn(schema.database, lane, REASON, 'Dynamics', after(ms));
const TOLD = { connectionId: CONNECTION, trouble: 'destination-away', cause: 'away' };
const told = (waiting: number) =>
  expect.objectContaining({ ...TOLD, transition: 'triggered', since: NOW.toISOString(), waiting });
const OVER = expect.objectContaining({ ...TOLD, transition: 'cleared' });

describe('a destination that works for nobody', () => {
  test('is told after some minutes, with since when and how many wait, now and then again, and once it is back', async () => {
    await schema.takeIn(lead(), lead(), lead({ isTest: true }));
    await goesOn(0);
    await goesOn(AWAY_AFTER_MS - 1);
    expect(await alerts()).toEqual([]);
    await goesOn(AWAY_AFTER_MS);
    await goesOn(AWAY_AFTER_MS + MINUTE_MS);
    expect(await alerts()).toEqual([told(2)]);
    expect((await alerts())[0]?.what).toContain(REASON.what);
    await schema.takeIn(lead());
    await goesOn(AWAY_AFTER_MS + 20 * MINUTE_MS);
    await lane.absence.ends(schema.database, lane, after(60 * MINUTE_MS));
    await lane.absence.ends(schema.database, lane, after(61 * MINUTE_MS));
    expect(await alerts()).toEqual([told(2), told(3), OVER]);
  });

  test.each([
    ['Nothing is lost and nothing need be done: the lead is tried again by itself.', ''],
    [
      'Nothing is lost: the record is looked up. If this goes on: compare them.',
      ' If this goes on: compare them.',
    ],
    ['Look into the log of the writer.', ' Look into the log of the writer.'],
  ])('is told with what the reason advises, and once that nothing is lost (%s)', async (remedy, advice) => {
    await schema.takeIn(lead());
    for (const ms of [0, AWAY_AFTER_MS])
      await lane.absence.goesOn(schema.database, lane, { ...REASON, remedy }, 'Dynamics', after(ms));
    expect((await alerts()).map((alert) => alert.remedy)).toEqual([
      `Nothing is lost: every lead is kept, and written as soon as Dynamics works again.${advice}`,
    ]);
  });

  test('for less than that is told to nobody', async () => {
    await schema.takeIn(lead());
    await goesOn(0);
    await lane.absence.ends(schema.database, lane, after(AWAY_AFTER_MS - 1));
    await goesOn(AWAY_AFTER_MS);
    expect(await alerts()).toEqual([]);
  });

  test('while no customer’s lead waits, or the connection is known to be broken, is told to nobody', async () => {
    await schema.takeIn(lead({ isTest: true }));
    await schema.settled(lane, WRITTEN);
    await goesOn(0);
    await goesOn(AWAY_AFTER_MS);
    await schema.takeIn(lead());
    lane.setBroken('role-missing');
    await goesOn(2 * AWAY_AFTER_MS);
    expect(await alerts()).toEqual([]);
  });

  test('is known to whoever takes the lane over', async () => {
    await schema.takeIn(lead());
    await goesOn(0);
    await goesOn(AWAY_AFTER_MS);
    const former = lane;
    lane = await schema.claim('somebody else');
    await goesOn(AWAY_AFTER_MS + MINUTE_MS);
    await former.absence.ends(schema.database, former, after(AWAY_AFTER_MS));
    await lane.absence.ends(schema.database, lane, after(2 * AWAY_AFTER_MS));
    expect(await alerts()).toEqual([told(1), told(1), OVER]);
  });

  test('is away anew after it was back', async () => {
    await schema.takeIn(lead());
    const absence = new Absence();
    for (const from of [0, 60 * MINUTE_MS]) {
      await absence.goesOn(schema.database, lane, REASON, 'Dynamics', after(from));
      await absence.goesOn(schema.database, lane, REASON, 'Dynamics', after(from + AWAY_AFTER_MS));
      await absence.ends(schema.database, lane, after(from + 2 * AWAY_AFTER_MS));
    }
    expect((await alerts()).map(({ transition, since }) => since ?? transition)).toEqual([
      NOW.toISOString(),
      'cleared',
      after(60 * MINUTE_MS).toISOString(),
      'cleared',
    ]);
  });
});
