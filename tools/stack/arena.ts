/** A stack for a measurement or a trial: organisations as they are wanted, connections to them, leads that wait. */
import { randomUUID } from 'node:crypto';
import { topics } from '@leads/contracts';
import type { Carried } from '@leads/contracts';
import { Publisher } from '@leads/kafka';
import { contoso } from '@leads/testing';
import type { Fault, OrganizationSettings } from '@leads/testing';
import { type Profile, stackSettings } from './config.ts';
import { startStack } from './stack.ts';
import type { ServiceName } from './services.ts';
import type { Shutdown } from './processes/shutdown.ts';
import type { Stack } from './stack.ts';
import { inThrowAwayPlace } from './throw-away.ts';
import type { Place } from './throw-away.ts';

const { directoryId, applicationId, clientSecret } = contoso;

export interface Connection {
  connectionId: string;
  host: string;
  leadAddress: string;
}

export interface Arena {
  stack: Stack;
  /** Makes an organisation and a published connection to it. */
  connect(host: string, organization: Partial<OrganizationSettings>): Promise<Connection>;
  /** One more published connection to an organisation, for another offer with the same application. */
  share(host: string, offerId: string): Promise<Connection>;
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
  fault(fault: Fault): Promise<void>;
  noFaults(): Promise<void>;
  /** One figure from the database: the column `value` of a query's first row. */
  count(query: string): Promise<number>;
  /** The rows of a query. */
  rows<Row>(query: string): Promise<Row[]>;
}

/** What is tried is the writer: mails about its leads, and their ledger, would take the cores it needs. */
const BESIDE = ['notification', 'portal'] as const satisfies ServiceName[];

/** Whose the connections are. */
const BENCH = { id: 'bench', name: 'Bench' };

/**
 * Boots a stack on free ports with throw-away data, and ends it after the work.
 * @param options.profile that of the environment unless given
 * @param options.beside which of the services beside the leads' way run as well
 */
export async function inArena<Result>(
  {
    beside = [],
    profile,
    ...options
  }: {
    profile?: Profile;
    serviceSettings?: Record<string, string>;
    writers?: number;
    beside?: readonly (typeof BESIDE)[number][];
    shutdown?: Shutdown;
  },
  work: (arena: Arena) => Promise<Result>,
): Promise<Result> {
  return inThrowAwayPlace(async (place) => {
    const settings = { ...stackSettings(), ...(profile && { profile }) };
    const stack = await startStack({ ...place, ...options, settings, careless: true });
    try {
      return await arenaOn(stack, place, work, beside);
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
  beside: readonly (typeof BESIDE)[number][] = [],
): Promise<Result> {
  const publisher = new Publisher(stack.kafkaAs('ingest-gateway'));
  try {
    const unwanted = BESIDE.filter((name) => !beside.includes(name));
    if (beside.includes('notification')) await setDomains(stack);
    await Promise.all(unwanted.map((name) => stack.services[name].stop()));
    return await work(arenaOf(stack, publisher, place));
  } finally {
    await publisher.disconnect();
  }
}

/** As the portal tells it: contacts need not confirm. */
async function setDomains(stack: Stack): Promise<void> {
  const portal = new Publisher(stack.kafkaAs('portal'));
  try {
    const told = { publisherId: BENCH.id, domains: ['contoso.example'], at: new Date().toISOString() };
    await portal.publish(topics.publishers, [told]);
  } finally {
    await portal.disconnect();
  }
}

function arenaOf(stack: Stack, publisher: Publisher, { query }: Pick<Place, 'query'>): Arena {
  const { control } = stack.emulators;
  const api = (method: string, path: string, body?: unknown): Promise<unknown> =>
    ask(`${stack.credentialsApi.url}/api/connections${path}`, method, body, stack.credentialsApi.apiKey);
  const share = async (host: string, offerId: string): Promise<Connection> => {
    const { connectionId, leadAddress } = (await api('POST', '', {
      publisher: BENCH,
      offer: { id: offerId, title: `Offer of ${host}` },
      leadDestination: 'dynamics-365',
      url: `https://${host}`,
      authentication: 'azure-active-directory',
      applicationId,
      directoryId,
      clientSecret,
      contactEmails: 'sales@contoso.example',
    })) as Omit<Connection, 'host'>;
    await api('POST', `/${connectionId}/publish`);
    return { connectionId, leadAddress, host };
  };
  return {
    stack,
    async connect(host, organization) {
      await control.putOrganization(host, {
        tenantId: directoryId,
        applicationUsers: [applicationId],
        ...organization,
      });
      return share(host, host.split('.')[0] ?? host);
    },
    share,
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
      const counts = await Promise.all(connections.map(({ host }) => control.countLeads(host)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async records({ host }) {
      const leads = await control.leads(host, ['leadid', 'createdon']);
      return leads.map(({ leadid, createdon }) => ({ leadid, createdon: Date.parse(createdon) }));
    },
    async statuses({ host }) {
      const requests = await control.requests({ host, path: 'leads' });
      return requests.filter(({ method }) => method === 'POST').map(({ status }) => status);
    },
    async fault(fault) {
      await control.addFault(fault);
    },
    async noFaults() {
      await control.clearFaults();
    },
    async count(text) {
      const [row] = await query<{ value: string | number }>(stack.database.url, text);
      return Number(row?.value ?? 0);
    },
    rows: (text) => query(stack.database.url, text),
  };
}

function acceptedLead(connectionId: string, number: number): Carried<typeof topics.leadsAccepted> {
  const leadId = randomUUID();
  const lead = {
    customer: {
      firstName: 'Ana',
      lastName: `Trujillo ${number}`,
      email: `ana.${leadId}@adatum.example`,
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
    leadId,
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
