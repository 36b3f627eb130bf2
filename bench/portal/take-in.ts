/** How fast the ledger takes leads and their outcomes in, beside those that it has. */
import { randomUUID } from 'node:crypto';
import { type LeadAccepted, topics } from '@leads/contracts';
import { Publisher } from '@leads/kafka';
import { eventually } from '@leads/testing';
import type { Stack } from '@leads/tools';
import type { Bar } from '../writer/bar.ts';
import { connectionId } from './fill.ts';

const LEADS = 20_000;
const GOAL = 2_000;

/** Publishes leads and that they are written, with the portal stopped, and starts it. */
export async function takeIn(stack: Stack, query: <Row>(text: string) => Promise<Row[]>): Promise<Bar> {
  const { portal } = stack.services;
  await portal.stop();
  const publisher = new Publisher(stack.kafkaAs('dynamics-writer'));
  const leads = Array.from({ length: LEADS }, (_, number) => lead(number));
  await publisher.publish(topics.leadsAccepted, leads);
  await publisher.publish(
    topics.leadsOutcomes,
    leads.map(({ acceptedAt, leadId, ...facts }) => ({
      ...{ leadId, connectionId: facts.connectionId, isTest: false, lead: facts.lead, attempts: 1 },
      ...{ outcome: 'written' as const, at: acceptedAt, crmId: leadId },
      organization: 'https://contoso.crm4.dynamics.com',
    })),
  );
  await publisher.disconnect();
  const written = async (): Promise<number> =>
    (await query<{ value: number }>('select sum(written)::float8 as value from portal.totals'))[0]?.value ??
    0;
  const before = await written();
  await portal.restart();
  // The first batch is in: joining the group is no part of it.
  const first = await eventually(
    async () => {
      const now = await written();
      if (now === before) throw new Error('Nothing has been taken in.');
      return { written: now, at: performance.now() };
    },
    { timeoutMs: 60_000 },
  );
  await eventually(
    async () => {
      if ((await written()) < before + LEADS) throw new Error('Not everything has been taken in.');
    },
    { timeoutMs: 300_000 },
  );
  const seconds = (performance.now() - first.at) / 1_000;
  const value = Math.round((before + LEADS - first.written) / seconds);
  return {
    bar: 'take-in',
    value,
    unit: 'leads/s accepted and written in the ledger',
    goal: `>= ${GOAL} leads/s`,
    met: value >= GOAL,
    leads: LEADS,
  };
}

function lead(number: number): LeadAccepted {
  const acceptedAt = new Date().toISOString();
  return {
    leadId: randomUUID(),
    connectionId: connectionId(number % 2 === 0 ? 'largest' : 'smallest'),
    acceptedAt,
    isTest: false,
    lead: {
      customer: {
        ...{ firstName: 'Ana', lastName: `Trujillo ${number}`, email: `ana${number}@adatum.example` },
        ...{ phone: '', country: 'DE', company: 'Adatum', title: '' },
      },
      ...{
        leadSource: 'AzureMarketplace-INS|contoso',
        actionCode: 'INS',
        offerTitle: 'Contoso',
        description: '',
      },
    },
    original: '{}',
  };
}
