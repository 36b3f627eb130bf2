// The walk of one request to an organisation: who calls, may they call now, what do they want.
import { json, type Incoming, type Reply } from '../http/exchange.ts';
import { newGuid } from '../world/ids.ts';
import type { World } from '../world/world.ts';
import { authenticate, TokenCache } from './authenticate.ts';
import type { Call } from './call.ts';
import { createLead } from './create-lead.ts';
import { bodyTooLarge, DataverseError, errorReply, methodNotAllowed, segmentNotFound } from './errors.ts';
import type { Organization, SystemUser } from './organization.ts';
import { countLeads, findLead, readLead, readLeads } from './read-leads.ts';

const API = /^\/api\/data\/v9\.[0-2](?:\/(.*))?$/;
const LEAD = /^leads\(([0-9a-f-]{36})\)$/i;

export type Served = { readonly reply: Reply; readonly caller: string | undefined };

const cache = new TokenCache();

/** Answers a request to the organisation's Web API; never throws for anything a client sends. */
export function serveOrganization(
  world: World,
  organization: Organization,
  request: Incoming,
): Served | Promise<Served> {
  const now =
    world.clock() + organization.settings.clockSkewMs + world.faults.skewOf(request.host, world.clock());
  try {
    const user = authenticate(world, cache, organization, request, now);
    if (user instanceof Promise)
      return user.then(
        (known) => answer(world, organization, request, known, now),
        (error: unknown) => refused(error),
      );
    return answer(world, organization, request, user, now);
  } catch (error) {
    return refused(error);
  }
}

function answer(
  world: World,
  organization: Organization,
  request: Incoming,
  user: SystemUser,
  now: number,
): Served {
  const caller = user.applicationId ?? user.username;
  try {
    const match = API.exec(request.path);
    if (!match) throw segmentNotFound(request.path.slice(1));
    const version = request.path.slice(0, '/api/data/v9.2'.length);
    const call: Call = {
      world,
      organization,
      user,
      request,
      resource: decodeURIComponent(match[1] ?? ''),
      root: `${request.base}${version}`,
      now,
    };
    return { reply: withServiceHeaders(operate(call)), caller };
  } catch (error) {
    return { ...refused(error), caller };
  }
}

function operate(call: Call): Reply {
  const { resource, request, organization } = call;
  if (request.tooLarge || request.body.length > organization.settings.maxRequestBytes) throw bodyTooLarge();
  if (resource === 'leads') {
    if (request.method === 'POST') return createLead(call);
    if (request.method === 'GET') return readLeads(call);
    throw methodNotAllowed();
  }
  const id = LEAD.exec(resource)?.[1];
  if (id !== undefined) {
    if (request.method === 'GET') return readLead(call, findLead(organization, id));
    throw methodNotAllowed();
  }
  if (resource === 'leads/$count') return countLeads(call);
  if (resource === 'WhoAmI' || resource === 'WhoAmI()') return whoAmI(call);
  throw segmentNotFound(resource.split(/[/(]/)[0] ?? '');
}

function whoAmI({ root, organization, user }: Call): Reply {
  return json(
    200,
    {
      '@odata.context': `${root}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
      BusinessUnitId: organization.businessUnitId,
      UserId: user.systemuserid,
      OrganizationId: organization.organizationId,
    },
    'application/json; odata.metadata=minimal',
  );
}

function refused(error: unknown): Served {
  if (error instanceof DataverseError)
    return { reply: withServiceHeaders(errorReply(error)), caller: undefined };
  if (error instanceof URIError)
    return {
      reply: errorReply(new DataverseError(400, '0x80060888', 'The request URI is not valid.')),
      caller: undefined,
    };
  throw error;
}

function withServiceHeaders(reply: Reply): Reply {
  const id = newGuid();
  return {
    ...reply,
    headers: {
      ...reply.headers,
      req_id: id,
      'x-ms-service-request-id': id,
      'odata-version': '4.0',
      'cache-control': 'no-cache',
    },
  };
}
