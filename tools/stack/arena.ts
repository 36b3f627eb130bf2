/** A stack for a measurement or a trial: organisations as they are wanted, connections to them, leads that wait. */
import { randomUUID } from 'node:crypto';
import { topics } from '@leads/contracts';
import type { Carried } from '@leads/contracts';
import { Publisher } from '@leads/kafka';
import { contoso } from './connection.ts';
import { startStack } from './stack.ts';
import type { Stack } from './stack.ts';
import { inThrowAwayPlace } from './throw-away.ts';
import type { Place } from './throw-away.ts';

const { directoryId, applicationId, clientSecret } = contoso;

/** What an emulated organisation is like; see docs/emulators.md. */
export type OrganizationSettings = Record<string, unknown>;

export interface Connection {
  connectionId: string;
  host: string;
  leadAddress: string;
}

export interface Arena {
  stack: Stack;
  /** Makes an organisation and a published connection to it. */
  connect(host: string, organization: OrganizationSettings): Promise<Connection>;
  /** Pauses or resumes the delivery of a connection's leads. */
  change(connection: Connection, action: 'pause' | 'resume'): Promise<void>;
  /** Puts so many accepted leads of each connection into the topic, as the gateway's relay would. */
  accept(connections: readonly Connection[], leadsEach: number): Promise<void>;
  /** How many records the organisations of these connections have together. */
  written(connections: readonly Connection[]): Promise<number>;
  /** An organisation's records: id, and when each came to be (milliseconds since the epoch). */
  records(connection: Connection): Promise<{ leadid: string; createdon: number }[]>;
  /** The statuses with which the organisation answered what was written to it; the latest 10,000. */
  statuses(connection: Connection): Promise<number[]>;
  /** Makes an organisation fail; see docs/emulators.md. */
  fault(fault: Record<string, unknown>): Promise<void>;
  noFaults(): Promise<void>;
  /** One figure from the database: the column `value` of a query's first row. */
  count(query: string): Promise<number>;
  /** The rows of a query. */
  rows<Row>(query: string): Promise<Row[]>;
}

/** Boots a stack on free ports with throw-away data, and ends it after the work. */
export async function inArena<Result>(
  options: { serviceSettings?: Record<string, string>; writers?: number },
  work: (arena: Arena) => Promise<Result>,
): Promise<Result> {
  return inThrowAwayPlace(async (place) => {
    const stack = await startStack({ ...place, ...options, careless: true });
    try {
      return await arenaOn(stack, place, work);
    } finally {
      await stack.stop();
    }
  });
}

/** Does the work on a stack that runs already. */
export async function arenaOn<Result>(
  stack: Stack,
  place: Pick<Place, 'query'>,
  work: (arena: Arena) => Promise<Result>,
): Promise<Result> {
  const publisher = new Publisher({
    brokers: stack.broker.brokers.split(','),
    clientId: 'arena',
    topicPrefix: stack.topicPrefix,
  });
  try {
    // What is tried is the writer: mails about its leads, and their ledger, would take the cores it needs.
    await Promise.all([stack.services.notification.stop(), stack.services.portal.stop()]);
    return await work(arenaOf(stack, publisher, place));
  } finally {
    await publisher.disconnect();
  }
}

function arenaOf(stack: Stack, publisher: Publisher, { query }: Pick<Place, 'query'>): Arena {
  const control = (method: string, path: string, body?: unknown): Promise<unknown> =>
    ask(`${stack.emulators.url}/control/${path}`, method, body);
  const api = (method: string, path: string, body?: unknown): Promise<unknown> =>
    ask(`${stack.credentialsApi.url}/api/connections${path}`, method, body, stack.credentialsApi.apiKey);
  return {
    stack,
    async connect(host, organization) {
      await control('PUT', `organizations/${host}`, {
        tenantId: directoryId,
        applicationUsers: [applicationId],
        ...organization,
      });
      const created = (await api('POST', '', {
        publisher: { id: 'bench', name: 'Bench' },
        offer: { id: host.split('.')[0], title: `Offer of ${host}` },
        leadDestination: 'dynamics-365',
        url: `https://${host}`,
        authentication: 'azure-active-directory',
        applicationId,
        directoryId,
        clientSecret,
        contactEmails: 'sales@contoso.example',
      })) as Omit<Connection, 'host'>;
      await api('POST', `/${created.connectionId}/publish`);
      return { connectionId: created.connectionId, leadAddress: created.leadAddress, host };
    },
    async change(connection, action) {
      await api('POST', `/${connection.connectionId}/${action}`);
    },
    async accept(connections, leadsEach) {
      const values = Array.from({ length: leadsEach }, (_, number) =>
        connections.map(({ connectionId }) => acceptedLead(connectionId, number)),
      ).flat();
      for (let start = 0; start < values.length; start += 5_000) {
        await publisher.publish(topics.leadsAccepted, values.slice(start, start + 5_000));
      }
    },
    async written(connections) {
      const counts = await Promise.all(
        connections.map(
          ({ host }) => control('GET', `organizations/${host}/leads/count`) as Promise<{ count: number }>,
        ),
      );
      return counts.reduce((sum, { count }) => sum + count, 0);
    },
    async records({ host }) {
      const path = `organizations/${host}/leads?columns=leadid,createdon`;
      const { leads } = (await control('GET', path)) as { leads: { leadid: string; createdon: string }[] };
      return leads.map(({ leadid, createdon }) => ({ leadid, createdon: Date.parse(createdon) }));
    },
    async statuses({ host }) {
      const { requests } = (await control('GET', `requests?host=${host}&path=leads`)) as {
        requests: { method: string; status: number }[];
      };
      return requests.filter(({ method }) => method === 'POST').map(({ status }) => status);
    },
    async fault(fault) {
      await control('POST', 'faults', fault);
    },
    async noFaults() {
      await control('DELETE', 'faults');
    },
    async count(text) {
      const [row] = await query<{ value: string | number }>(stack.database.url, text);
      return Number(row?.value ?? 0);
    },
    rows: (text) => query(stack.database.url, text),
  };
}

function acceptedLead(connectionId: string, number: number): Carried<typeof topics.leadsAccepted> {
  const lead = {
    customer: {
      firstName: 'Ana',
      lastName: `Trujillo ${number}`,
      email: `ana.${number}@adatum.example`,
      phone: '+52 55 5555 3932',
      country: 'MX',
      company: 'Adatum',
      title: 'Owner',
    },
    leadSource: 'AzureMarketplace-INS|contoso.contoso-analytics',
    actionCode: 'INS',
    offerTitle: 'Contoso Analytics',
    description: 'Campaigns: spring-2026',
  };
  return {
    leadId: randomUUID(),
    connectionId,
    acceptedAt: new Date().toISOString(),
    isTest: false,
    lead,
    original: JSON.stringify(lead),
  };
}

async function ask(url: string, method: string, body?: unknown, bearer?: string): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(`${method} ${url.replace(/^.*?\/\/[^/]*/, '')} answered ${answer.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
