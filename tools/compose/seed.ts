/** The last job of `docker compose up`: one published connection, kept between runs, and how to post a lead to it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { contoso, contosoHost, people } from '@leads/testing/contoso';
import {
  curlFor,
  isPublished,
  onGateway,
  publishConnection,
  untilAccepted,
} from '../stack/facts/connection.ts';
import type { PublishedConnection } from '../stack/facts/connection.ts';
import { seedSettings } from './config.ts';

const settings = seedSettings();
const api = { url: settings.credentialsUrl, apiKey: settings.credentialsApiKey };
const connection = await publishedConnection();
await untilAccepted(onGateway(connection.leadAddress, settings.gatewayUrl));
process.stdout.write(`
Everything runs.

  Customer leads          ${settings.portalPublicUrl}
                          sign in as ${people.owner} (a publisher) or ${people.operator}
                          (an operator) with the password ${people.password}
  Ingest gateway          ${settings.gatewayPublicUrl}
  Emulated Dynamics 365   ${settings.emulatorsPublicUrl}/org/${contosoHost}/
  Mail inbox              ${settings.emulatorsPublicUrl}/mail

Post a lead as the marketplace would:

${curlFor(onGateway(connection.leadAddress, settings.gatewayPublicUrl))}

`);

async function publishedConnection(): Promise<PublishedConnection> {
  if (existsSync(settings.memoryFile)) {
    const earlier = JSON.parse(readFileSync(settings.memoryFile, 'utf8')) as PublishedConnection;
    if (await isPublished(api, earlier.connectionId)) return earlier;
  }
  const made = await publishConnection(api, contoso);
  writeFileSync(settings.memoryFile, JSON.stringify(made), { mode: 0o600 });
  return made;
}
