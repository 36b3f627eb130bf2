/**
 * Measures the emulators alone, so that it is known what they can never be blamed for: single creates a second,
 * rows a second through CreateMultiple, and how they bear the number of leads asked for.
 * `npm run bench -- emulators [--json] [--seconds 5] [--leads 100000]`
 */
import { parseArgs } from 'node:util';
import { contoso, contosoHost, startEmulators } from '@leads/testing';
import { Pool } from 'undici';

const LEADS = '/api/data/v9.2/leads';
const CONNECTIONS = 32;
const ROWS = 1000;

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    leads: { type: 'string', default: '100000' },
  },
});
const seconds = Number(values.seconds);
const wanted = Number(values.leads);

const { url, control, close } = await startEmulators();
const pool = new Pool(url, { connections: CONNECTIONS });
try {
  const authorization = `Bearer ${await tokenFor(pool)}`;
  await control.changeOrganization(contosoHost, { limits: { enforced: false } });
  const creates = await createSingly(authorization);
  const rows = await createMultiple(authorization);
  const count = await control.countLeads(contosoHost);
  const findMs = await findByFilter(authorization);
  const result = {
    bench: 'emulators',
    singleCreatesPerSecond: Math.round(creates),
    createMultipleRowsPerSecond: Math.round(rows),
    leadsHeld: count,
    filterOverAllMs: Math.round(findMs),
  };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `Emulators: ${result.singleCreatesPerSecond} single creates/s, ${result.createMultipleRowsPerSecond} rows/s through CreateMultiple, ${count} leads held, a filter over all of them ${result.filterOverAllMs} ms\n`,
  );
} finally {
  await pool.destroy();
  await close();
}

async function tokenFor(through: Pool): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: contoso.applicationId,
    client_secret: contoso.clientSecret,
    scope: `${contoso.url}/.default`,
  });
  const answer = await through.request({
    path: `/${contoso.directoryId}/oauth2/v2.0/token`,
    method: 'POST',
    headers: { host: 'login.microsoftonline.com', 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  return ((await answer.body.json()) as { access_token: string }).access_token;
}

function lead(n: number): Record<string, unknown> {
  return {
    subject: 'Contoso Analytics',
    firstname: 'Jane',
    lastname: `Doe ${n}`,
    emailaddress1: `jane.doe.${n}@example.com`,
    telephone1: '+1 425 555 0100',
    companyname: 'Fabrikam, Inc.',
    jobtitle: 'Chief Data Officer',
    address1_country: 'United States',
    leadsourcecode: 8,
    description: 'Source: AzureMarketplace, action INS (Get it now or free trial), offer contoso.analytics.',
  };
}

async function post(path: string, authorization: string, body: string, status: number): Promise<void> {
  const answer = await pool.request({
    path,
    method: 'POST',
    headers: {
      host: contosoHost,
      authorization,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    body,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== status)
    throw new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`);
}

/** Creates one lead a request over all connections for the time given; creates a second. */
async function createSingly(authorization: string): Promise<number> {
  let done = 0;
  const started = performance.now();
  const until = started + seconds * 1000;
  const work = async (): Promise<void> => {
    while (performance.now() < until) {
      await post(LEADS, authorization, JSON.stringify(lead(done)), 204);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return done / ((performance.now() - started) / 1000);
}

/** Fills up to the number of leads wanted, 1,000 rows a request, two requests at a time; rows a second. */
async function createMultiple(authorization: string): Promise<number> {
  const body = JSON.stringify({
    Targets: Array.from({ length: ROWS }, (_, n) => ({
      '@odata.type': 'Microsoft.Dynamics.CRM.lead',
      ...lead(n),
    })),
  });
  let left = Math.ceil(wanted / ROWS);
  const requests = left;
  const started = performance.now();
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await post(`${LEADS}/Microsoft.Dynamics.CRM.CreateMultiple`, authorization, body, 200);
    }
  };
  await Promise.all([work(), work()]);
  return (requests * ROWS) / ((performance.now() - started) / 1000);
}

async function findByFilter(authorization: string): Promise<number> {
  const started = performance.now();
  const query = `$select=leadid&$top=1&$filter=${encodeURIComponent("emailaddress1 eq 'nobody@example.com'")}`;
  const answer = await pool.request({
    path: `${LEADS}?${query}`,
    method: 'GET',
    headers: { host: contosoHost, authorization },
  });
  await answer.body.text();
  return performance.now() - started;
}
