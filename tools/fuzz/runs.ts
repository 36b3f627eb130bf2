/** Who the fuzzer is, run by run, and what there is for it to find. */
import { readFileSync } from 'node:fs';
import type { ServiceName } from '@leads/contracts';
import { readSigningKey } from '@leads/contracts/service-keys';
import { digestOf, signRequest } from '@leads/service';
import { Browser, contoso, contosoPublisher, directories, people } from '@leads/testing';
import { publishConnection, untilAccepted } from '../stack/facts/connection.ts';
import type { Keys } from '../stack/facts/keys.ts';
import { until } from '../stack/processes/narrator.ts';
import type { Stack } from '../stack/stack.ts';
import { type ApiDocument, fuzzedDocument, type Known } from './fuzzed-document.ts';
import type { Introduce } from './relay.ts';
import * as routes from './undescribed-routes.ts';

export interface Run {
  name: string;
  /** The address of the service that is asked. */
  url: string;
  /** How much of the time it gets, among the others. */
  weight: number;
  /** What is asked, with what there is at that moment among it. */
  prepare: () => Promise<{ document: ApiDocument; introduce: Introduce }>;
}

const IN_HALF_A_YEAR = new Date(Date.now() + 183 * 24 * 3_600_000).toISOString().slice(0, 10);

/** What a connection is entered with, so that some of those that are made up are accepted. */
const TEXTS: Known = {
  url: [contoso.url],
  authentication: [contoso.authentication],
  applicationId: [contoso.applicationId],
  directoryId: [contoso.directoryId],
  clientSecret: [contoso.clientSecret],
  clientSecretExpiresOn: [IN_HALF_A_YEAR],
  contactEmails: [contoso.contactEmails],
};

const fabrikam = {
  id: 'fabrikam',
  name: 'Fabrikam',
  directoryId: directories.fabrikam,
  domains: [],
} as const;

const nobody: Introduce = () => ({});

/** In an order in which none takes away what the next needs. */
export function runsOf(stack: Stack, keys: Keys): Run[] {
  const { services, credentialsApi } = stack;
  const {
    portal,
    credentials,
    notification,
    'ingest-gateway': gateway,
    'dynamics-writer': writer,
  } = services;

  const bodies = (): Promise<ApiDocument> => documentAt(credentials.url);
  const asPerson = (name: string, weight: number, username?: string, before?: () => Promise<void>): Run => ({
    name: `portal as ${name}`,
    ...{ url: portal.url, weight },
    prepare: async () => {
      await before?.();
      const [document, known, introduce] = await Promise.all([
        documentAt(portal.url),
        thingsOf(stack),
        username === undefined ? nobody : signedIn(portal.url, username),
      ]);
      const options = { bodies: await bodies(), texts: TEXTS };
      return { document: fuzzedDocument(document, known, options), introduce };
    },
  });
  const toCredentials = (name: string, weight: number, introduce: Introduce): Run => ({
    name: `credentials ${name}`,
    ...{ url: credentials.url, weight },
    prepare: async () => ({
      document: fuzzedDocument(await documentAt(credentials.url), await thingsOf(stack), { texts: TEXTS }),
      introduce,
    }),
  });
  const undescribed = (
    name: string,
    weight: number,
    url: string,
    document: ApiDocument | (() => Promise<ApiDocument>),
    introduce = nobody,
  ): Run => ({
    ...{ name, url, weight },
    prepare: async () => {
      const whole = typeof document === 'function' ? await document() : document;
      return { document: fuzzedDocument(whole, await thingsOf(stack)), introduce };
    },
  });

  return [
    undescribed('gateway', 3, gateway.url, async () => routes.gatewayRoutes(await documentAt(gateway.url))),
    asPerson('nobody', 2),
    undescribed('portal, signing in', 2, portal.url, routes.portalRoutes),
    asPerson('somebody without a role', 2, people.stranger),
    asPerson('an owner without a publisher', 2, people.newOwner),
    asPerson('an owner', 6, people.owner, () => stack.registerPublisher(fabrikam)),
    asPerson('an owner of another publisher', 4, people.newOwner),
    asPerson('a reader', 3, people.reader),
    asPerson('an operator', 6, people.operator),
    toCredentials('as nobody', 2, nobody),
    toCredentials('by key', 5, () => ({ authorization: `Bearer ${credentialsApi.apiKey}` })),
    toCredentials('as the portal', 3, signedBy(keys.signingKeyFiles.portal, 'credentials')),
    undescribed('writer as nobody', 1, writer.url, routes.writerRoutes),
    undescribed(
      'writer as credentials',
      3,
      writer.url,
      routes.writerRoutes,
      signedBy(keys.signingKeyFiles.credentials, 'dynamics-writer'),
    ),
    undescribed('notification', 1, notification.url, routes.notificationRoutes),
  ];
}

/** Made anew for each run, as runs change and delete: a connection of each publisher with leads, a Validate, an incident. */
async function thingsOf({ credentialsApi, services: { portal } }: Stack): Promise<Known> {
  const [own, foreign] = await Promise.all(
    [contosoPublisher, fabrikam].map(({ id, name }) =>
      publishConnection(credentialsApi, { ...contoso, publisher: { id, name } }),
    ),
  );
  if (!own || !foreign) throw new Error('There are no connections to fuzz.');
  await untilAccepted(own.leadAddress);
  await post(own.leadAddress, { userDetails: { lastName: `Trujillo ${own.connectionId}` } });
  // No lead: it is quarantined, and is an incident.
  await post(own.leadAddress, { nothing: own.connectionId });
  const operator = await Browser.signedIn(portal.url, people.operator);
  const validate = await operator.ask('POST', `/api/connections/${own.connectionId}/validate`);
  const ids = async (path: string, list: string, id: string): Promise<string[]> => {
    const { body } = await operator.ask('GET', path);
    return (body[list] as Record<string, string>[]).flatMap((one) => one[id] ?? []);
  };
  const found = await until(
    async () => {
      const leads = await ids(`/api/leads?connectionId=${own.connectionId}`, 'leads', 'leadId');
      const incidents = await ids('/api/incidents', 'incidents', 'incidentId');
      return leads.length > 0 && incidents.length > 0 ? { leads, incidents } : undefined;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
  if (!found) throw new Error('No lead and no incident came to the ledger within a minute.');
  const connections = [own.connectionId, foreign.connectionId];
  return {
    id: connections,
    connectionId: connections,
    '/api/incidents/{id}': found.incidents,
    leadId: found.leads,
    validationId: [String(validate.body['validationId'])],
    version: ['1', '2'],
    directoryId: Object.values(directories),
    addressKey: [new URL(own.leadAddress).pathname.split('/').at(-1) ?? ''],
  };
}

async function post(address: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function documentAt(url: string): Promise<ApiDocument> {
  return (await (await fetch(`${url}/api/openapi.json`)).json()) as ApiDocument;
}

async function signedIn(url: string, username: string): Promise<Introduce> {
  const browser = await Browser.signedIn(url, username);
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return () => ({ cookie, 'x-csrf-token': browser.csrfToken ?? '' });
}

function signedBy(keyFile: string, to: ServiceName): Introduce {
  const key = readSigningKey(readFileSync(keyFile, 'utf8'));
  return async ({ body, ...request }) => ({
    authorization: await signRequest(
      { ...request, bodyDigest: digestOf(body) },
      { key, to, now: Date.now() },
    ),
  });
}
