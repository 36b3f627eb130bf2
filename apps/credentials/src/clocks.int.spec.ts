import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readSigningKey } from '@leads/contracts/service-keys';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { alertOf, Incident, NO_CONNECTION, topics } from '@leads/contracts';
import { Publisher } from '@leads/kafka';
import { fetchSigned } from '@leads/service';
import { eventually, skewedClock, testSigning } from '@leads/testing';
import { type Running, startForTest } from './testing/running.ts';

describe.each([-5, 5])('credentials on a machine whose clock is %d minutes ahead', (minutes) => {
  let running: Running;
  beforeAll(async () => {
    running = await startForTest({ ...skewedClock(minutes * 60_000), INCIDENT_QUIET_SECONDS: '3' });
  }, 60_000);
  afterAll(() => running.close(), 60_000);

  test('answers token requests of a writer whose clock is right', async () => {
    const { connectionId } = await running.create();
    expect(await running.requester.ask(connectionId)).toMatchObject({ kind: 'token' });
  }, 60_000);

  test('takes the requests that a portal whose clock is right has signed', async () => {
    const key = readSigningKey(await readFile(running.serviceKeys.signingKeyFiles.portal, 'utf8'));
    const asked = { url: running.url, to: 'credentials', key, now: Date.now } as const;
    const request = { method: 'GET', path: '/api/connections', timeoutMs: 30_000 };
    expect((await fetchSigned(request, asked)).status).toBe(200);
  }, 60_000);

  test('dates the steps of a Validate so that a writer gives it its time', async () => {
    const { connectionId } = await running.create();
    await running.call('POST', `/api/connections/${connectionId}/validate`);
    const [step] = await running.published(topics.validations, () => true, 1);
    expect(Math.abs(Date.parse(step?.at ?? '') - Date.now())).toBeLessThan(60_000);
  }, 60_000);

  test('hands tokens out until they end, for whoever goes by the database’s clock', async () => {
    const { connectionId } = await running.create();
    const answer = await running.requester.ask(connectionId);
    const left = answer.kind === 'token' ? Date.parse(answer.expiresAt) - Date.now() : NaN;
    expect(Math.abs(left - 3_599_000)).toBeLessThan(60_000);
  }, 60_000);

  test('ends an incident at the time that it is, once its cause has been gone for the quiet time', async () => {
    const signing = testSigning('dynamics-writer');
    const publisher = new Publisher({ ...running.kafka, service: 'dynamics-writer', signing });
    const tell = (transition: 'triggered' | 'cleared'): Promise<void> =>
      publisher.publish(topics.alerts, [
        alertOf({
          ...{ alertId: randomUUID(), connectionId: NO_CONNECTION, at: new Date() },
          place: { scope: 'system', id: 'notification' },
          ...{
            trouble: 'mail-trouble',
            cause: 'mail-server',
            transition,
            what: 'It fails.',
            remedy: 'Look.',
          },
        }),
      ]);
    const becomes = (transition: string): Promise<Incident> =>
      eventually(
        async () => {
          const { body } = await running.call('GET', '/api/incidents');
          const [incident] = body['incidents'] as Incident[];
          expect(incident?.transition).toBe(transition);
          return Incident.parse(incident);
        },
        { timeoutMs: 30_000 },
      );
    await tell('triggered');
    await becomes('opened');
    await tell('cleared');
    const { at } = await becomes('resolved');
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
    await publisher.disconnect();
  }, 90_000);

  test('says so in its log and at /metrics', async () => {
    await running.service.says(/"skewSeconds":-?(299|300|301).*clock/);
    const metrics = await (await fetch(new URL('/metrics', running.url))).text();
    const [, seconds = ''] = /^clock_skew_seconds (\S+)$/m.exec(metrics) ?? [];
    expect(Math.abs(Number(seconds) - minutes * 60)).toBeLessThan(20);
  }, 60_000);
});
