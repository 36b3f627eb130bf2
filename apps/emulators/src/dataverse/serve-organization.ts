/** The walk of one request to an organisation: who calls, may they call now, what do they want. */
import { setTimeout as wait } from 'node:timers/promises';
import { header, html, isPending, type Incoming, type Reply } from '../http/exchange.ts';
import { newGuid } from '../ids.ts';
import type { Surroundings } from './surroundings.ts';
import { authenticate, type TokenCache } from './authenticate.ts';
import type { Call } from './call.ts';
import {
  bodyTooLarge,
  DataverseError,
  errorReply,
  messageNotAvailable,
  methodNotAllowed,
  segmentNotFound,
} from './errors.ts';
import { operate } from './operate.ts';
import type { Organization } from './organization.ts';
import type { SystemUser } from './system-user.ts';
import { parseBatch, runBatch } from './run-batch.ts';
import { affinityOf, type Usage } from './service-protection.ts';

const API = /^\/api\/data\/v9\.[0-2](?:\/(.*))?$/;

const FIREWALL_PAGE =
  '<!DOCTYPE html><html><head><title>Request blocked</title></head><body><h1>Access denied</h1><p>The web application firewall has blocked this request.</p></body></html>';

export interface Served {
  readonly reply: Reply;
  readonly caller: string | undefined;
}

/** Answers a request to the organisation's Web API after `delayMs`; never throws for anything a client sends. */
export function serveOrganization(
  world: Surroundings,
  cache: TokenCache,
  organization: Organization,
  request: Incoming,
  delayMs: number,
): Served | Promise<Served> {
  const now =
    world.clock() + organization.settings.clockSkewMs + world.faults.skewOf(organization.host, world.clock());
  const goOn = (user: SystemUser): Served | Promise<Served> =>
    serveUser(world, organization, request, user, now, delayMs);
  const firewall = organization.settings.webFirewall.find(({ contains }) => request.body.includes(contains));
  if (firewall) return { reply: html(firewall.status, FIREWALL_PAGE), caller: undefined };
  try {
    const user = authenticate(world, cache, organization, request, now);
    if (!isPending(user)) return goOn(user);
    return user.then(goOn).catch(refusal);
  } catch (error) {
    return refusal(error);
  }
}

/** Lets the user in as far as the limits allow, performs the operation, books what it took. */
function serveUser(
  world: Surroundings,
  organization: Organization,
  request: Incoming,
  user: SystemUser,
  now: number,
  delayMs: number,
): Served | Promise<Served> {
  const caller = user.applicationId ?? user.username;
  const { limits } = organization.settings;
  const { server, sticky } = organization.servers.choose(limits, header(request, 'cookie'));
  const usage = organization.servers.usageOf(user.systemuserid, server);
  const refused = limits.enforced ? usage.begin(limits, world.clock()) : undefined;
  const finish = (reply: Reply): Served => ({
    reply: withServiceHeaders(reply, organization, request, usage, server, sticky),
    caller,
  });
  if (refused) return finish(errorReply(refused));

  const answered = (reply: Reply, rows: number): Served => {
    if (limits.enforced) {
      const tookMs = world.clock() - request.receivedAt + rows * limits.executionMsPerOperation;
      usage.end(world.clock(), tookMs);
    }
    return finish(reply);
  };
  const perform = (): Served | Promise<Served> => {
    const { reply, cost } = performed(world, organization, request, user, now);
    const rows = Math.max(1, cost.rows);
    // What was done stays done while the answer is still to come, as with a slow plug-in.
    const longer = cost.pluginMs + rows * limits.latencyMsPerRow;
    return longer > 0
      ? wait(longer, undefined, { ref: false }).then(() => answered(reply, rows))
      : answered(reply, rows);
  };
  const latency = delayMs + limits.latencyMs;
  return latency > 0 ? wait(latency, undefined, { ref: false }).then(perform) : perform();
}

function performed(
  world: Surroundings,
  organization: Organization,
  request: Incoming,
  user: SystemUser,
  now: number,
): { reply: Reply; cost: Call['cost'] } {
  const cost = { rows: 0, pluginMs: 0 };
  try {
    const match = API.exec(request.path);
    if (!match) throw segmentNotFound(request.path.slice(1));
    if (request.tooLarge || request.body.length > organization.settings.maxRequestBytes) throw bodyTooLarge();
    const root = `${request.base}${request.path.slice(0, '/api/data/v9.2'.length)}`;
    const resource = decodeURIComponent(match[1] ?? '');
    const call: Call = { world, organization, user, request, resource, root, now, cost };
    if (resource !== '$batch') return { reply: operate(call), cost };
    if (!organization.settings.switches.batch) throw messageNotAvailable('$batch');
    if (request.method !== 'POST') throw methodNotAllowed();
    const batch = parseBatch(call);
    const reply = runBatch(call, batch);
    return { reply, cost: { ...cost, rows: Math.max(cost.rows, batch.operations) } };
  } catch (error) {
    return { reply: annotated(refusal(error).reply, request), cost };
  }
}

function refusal(error: unknown): Served {
  if (error instanceof DataverseError) return { reply: errorReply(error), caller: undefined };
  if (error instanceof URIError)
    return {
      reply: errorReply(new DataverseError(400, '0x80060888', 'The request URI is not valid.')),
      caller: undefined,
    };
  throw error;
}

/** What a caller is told besides when it prefers all annotations. */
function annotated(reply: Reply, request: Incoming): Reply {
  if (typeof reply.body !== 'string' || !/include-annotations="?\*/.test(header(request, 'prefer')))
    return reply;
  const body = JSON.parse(reply.body) as { error: Record<string, unknown> };
  const details = {
    '@Microsoft.PowerApps.CDS.ErrorDetails.HttpStatusCode': String(reply.status),
    '@Microsoft.PowerApps.CDS.HelpLink': `http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException:${String(body.error['code'])}&client=platform`,
    '@Microsoft.PowerApps.CDS.TraceText': '',
  };
  return { ...reply, body: JSON.stringify({ error: { ...body.error, ...details } }) };
}

function withServiceHeaders(
  reply: Reply,
  organization: Organization,
  request: Incoming,
  usage: Usage,
  server: number,
  sticky: boolean,
): Reply {
  const { limits } = organization.settings;
  const id = newGuid();
  const left = usage.remaining(limits);
  return {
    ...reply,
    headers: {
      'odata-version': '4.0',
      ...reply.headers,
      'cache-control': 'no-cache',
      req_id: id,
      'x-ms-service-request-id': id,
      'x-ms-dop-hint': String(limits.dopHint),
      'x-ms-ratelimit-burst-remaining-xrm-requests': String(left.requests),
      'x-ms-ratelimit-time-remaining-xrm-requests': grouped(left.seconds),
      ...(sticky
        ? {}
        : {
            'set-cookie': `ARRAffinity=${affinityOf(server)};Path=/;HttpOnly;Secure;Domain=${request.host}`,
          }),
    },
  };
}

/** `1,199.68`, as Dataverse writes seconds. */
const grouped = (seconds: number): string =>
  seconds < 1000 ? seconds.toFixed(2) : seconds.toFixed(2).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
