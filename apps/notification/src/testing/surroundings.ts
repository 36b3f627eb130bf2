/** What notification runs among in a test: its database, its topics, and a mail server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type LeadMailed, topics } from '@leads/contracts';
import { migrate, openDatabase } from '@leads/database';
import { provisionTopics, Publisher } from '@leads/kafka';
import { watchTopic } from '@leads/kafka/testing';
import { eventually, testDatabase, testKafka, testSigning, writeServiceKeys } from '@leads/testing';
import { expect } from '@jest/globals';
import type { Kysely } from 'kysely';
import { ownDomain } from './contacts.ts';
import { MailReceiver } from './mail-receiver.ts';
import type { NotificationTables } from '../tables.ts';

export const APP = new URL('../../', import.meta.url);

export interface Surroundings {
  database: Kysely<NotificationTables>;
  publisher: Publisher;
  /** Publishes what the portal does. */
  portal: Publisher;
  receiver: MailReceiver;
  /** What `leads.mailed.v1` has told of one lead so far. */
  mailed: (leadId: string) => LeadMailed[];
  /** Where the receiver listens, on 127.0.0.1. */
  smtpPort: number;
  /** Those of a notification that sends its mails to this port. */
  settingsFor: (smtpPort: number) => Record<string, string>;
  /** To be called when notification has ended. */
  end: () => Promise<void>;
}

export async function startSurroundings(): Promise<Surroundings> {
  const kafka = testKafka();
  const folder = await mkdtemp(`${tmpdir()}/notification-`);
  const keys = await writeServiceKeys(folder);
  const [server] = await Promise.all([
    testDatabase((url) => migrate({ url, schema: 'notification', folder: new URL('migrations/', APP) })),
    provisionTopics(kafka, { replicationFactor: 1 }),
  ]);
  const database = openDatabase<NotificationTables>(
    { url: server.url, schema: 'notification', poolSize: 4, application: 'test' },
    () => undefined,
  );
  const publisher = new Publisher(kafka);
  const portal = new Publisher({ ...kafka, signing: testSigning('portal') });
  // Contacts of the specs are there; those elsewhere are asked to confirm.
  await ownDomain(database, 'contoso', 'contoso.com');
  const watched = await watchTopic(kafka, topics.leadsMailed);
  const receiver = new MailReceiver();
  return {
    database,
    publisher,
    portal,
    receiver,
    mailed: (leadId) => watched.values().filter((one) => one.leadId === leadId),
    smtpPort: await receiver.listen(),
    settingsFor: (smtpPort) => ({
      DATABASE_URL: server.url,
      KAFKA_BROKERS: kafka.brokers.join(),
      KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
      ...keys.settingsOf('notification'),
      PORTAL_PUBLIC_URL: 'https://console.example',
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      MAIL_FROM: 'Marketplace leads <leads@contoso.example>',
    }),
    end: async () => {
      await watched.close();
      await publisher.disconnect();
      await portal.disconnect();
      await receiver.close();
      await database.destroy();
      await server.drop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Waits until what is about the lead or the alert is one mail, and as wanted. */
export async function untilMail(
  database: Kysely<NotificationTables>,
  aboutId: string,
  wanted: Record<string, unknown>,
): Promise<void> {
  await eventually(
    async () => {
      const rows = database.selectFrom('mails').selectAll().where('about_id', '=', aboutId);
      expect(await rows.execute()).toEqual([expect.objectContaining(wanted)]);
    },
    { timeoutMs: 30_000 },
  );
}
