// The walk of one request to an organisation: who calls, may they call now, what do they want.
import { setTimeout as wait } from 'node:timers/promises';
import { header, isPending, type Incoming, type Reply } from '../http/exchange.ts';
import { newGuid } from '../world/ids.ts';
import type { World } from '../world/world.ts';
import { authenticate, type TokenCache } from './authenticate.ts';
import type { Call } from './call.ts';
import { bodyTooLarge, DataverseError, errorReply, methodNotAllowed, segmentNotFound } from './errors.ts';
import { operate } from './operate.ts';
import type { Organization, SystemUser } from './organization.ts';
import { parseBatch, runBatch } from './run-batch.ts';
import { affinityOf, type Usage } from './service-protection.ts';

const API = /^\/api\/data\/v9\.[0-2](?:\/(.*))?$/;

export type Served = { readonly reply: Reply; readonly caller: string | undefined };

/** Answers a request to the organisation's Web API after `delayMs`; never throws for anything a client sends. */
export function serveOrganization(
  world: World,
  cache: TokenCache,
  organization: Organization,
  request: Incoming,
  delayMs: number,
): Served | Promise<Served> {
  const now =
    world.clock() + organization.settings.clockSkewMs + world.faults.skewOf(organization.host, world.clock());
  const goOn = (user: SystemUser): Served | Promise<Served> =>
    serveUser(world, organization, request, user, now, delayMs);
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
  world: World,
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

  const perform = (): Served => {
    const { reply, operations } = performed(world, organization, request, user, now);
    if (limits.enforced) {
      const tookMs = world.clock() - request.receivedAt + operations * limits.executionMsPerOperation;
      usage.end(world.clock(), tookMs);
    }
    return finish(reply);
  };
  const latency = delayMs + limits.latencyMs;
  return latency > 0 ? wait(latency, undefined, { ref: false }).then(perform) : perform();
}

function performed(
  world: World,
  organization: Organization,
  request: Incoming,
  user: SystemUser,
  now: number,
): { reply: Reply; operations: number } {
  try {
    const match = API.exec(request.path);
    if (!match) throw segmentNotFound(request.path.slice(1));
    if (request.tooLarge || request.body.length > organization.settings.maxRequestBytes) throw bodyTooLarge();
    const root = `${request.base}${request.path.slice(0, '/api/data/v9.2'.length)}`;
    const resource = decodeURIComponent(match[1] ?? '');
    const call: Call = { world, organization, user, request, resource, root, now };
    if (resource !== '$batch') return { reply: operate(call), operations: 1 };
    if (request.method !== 'POST') throw methodNotAllowed();
    const batch = parseBatch(call);
    return { reply: runBatch(call, batch), operations: batch.operations };
  } catch (error) {
    return { reply: annotated(refusal(error).reply, request), operations: 1 };
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
