/** The walk of every request: which site, which fault, what answer, and a note that it came. */
import { setTimeout as wait } from 'node:timers/promises';
import { TokenCache } from './dataverse/authenticate.ts';
import { serveControl } from './control/serve-control.ts';
import { serveOrganization, type Served } from './dataverse/serve-organization.ts';
import { createLogin, type Login } from './entra/login.ts';
import { serveLogin } from './entra/serve-login.ts';
import { html, isPending, type Incoming, type Reply } from './http/exchange.ts';
import { LOGIN_HOSTS, OWN_HOST } from './http/locate.ts';
import type { Delivery, Serve } from './http/server.ts';
import { servePage } from './pages/serve-page.ts';
import { answerOfFault, neverReachesSite } from './answer-of-fault.ts';
import type { ActiveFault } from './requests/faults.ts';
import type { World } from './world/world.ts';

/** What the sites remember besides the world. */
interface Sites {
  readonly world: World;
  readonly tokens: TokenCache;
  readonly login: Login;
}

/** Answers everything that comes to the one HTTP port. */
export function serveWorld(world: World): Serve {
  const sites: Sites = { world, tokens: new TokenCache(), login: createLogin(world) };
  return (request) => {
    if (request.host === OWN_HOST) return serveOwn(world, request);
    const fault = world.faults.take(request, world.clock(), Math.random);
    if (fault) return serveWithFault(sites, request, fault);
    const served = serveSite(sites, request);
    return isPending(served)
      ? served.then((settled) => sendAndNote(world, request, settled))
      : sendAndNote(world, request, served);
  };
}

function serveSite(
  { world, tokens, login }: Sites,
  request: Incoming,
  delayMs = 0,
): Served | Promise<Served> {
  if (LOGIN_HOSTS.has(request.host)) {
    const caller = new URLSearchParams(request.body.toString('utf8')).get('client_id') ?? undefined;
    const signIn = (): Promise<Served> => serveLogin(login, request).then((reply) => ({ reply, caller }));
    return delayMs > 0 ? wait(delayMs, undefined, { ref: false }).then(signIn) : signIn();
  }
  const organization = world.organization(request.host);
  if (organization === undefined) {
    const reply = html(
      404,
      `<!DOCTYPE html><title>Not found</title><h1>No organization answers at ${request.host.replace(/[^\w.-]/g, '')}</h1>`,
    );
    return { reply, caller: undefined };
  }
  if (!request.path.startsWith('/api/'))
    return { reply: servePage(world, request, organization), caller: undefined };
  return serveOrganization(world, tokens, organization, request, delayMs);
}

function sendAndNote(world: World, request: Incoming, { reply, caller }: Served): Delivery {
  world.requests.add(request, { status: reply.status, caller, at: world.clock() });
  world.waits.note(request, reply, world.clock());
  return { kind: 'send', reply: onSkewedClock(world, request.host, reply) };
}

/** The Date header shows a clock that is off; otherwise Node writes the true one. */
function onSkewedClock(world: World, host: string, reply: Reply): Reply {
  const skewMs = world.faults.skewOf(host, world.clock());
  if (skewMs === 0) return reply;
  return { ...reply, headers: { ...reply.headers, date: new Date(world.clock() + skewMs).toUTCString() } };
}

async function serveWithFault(sites: Sites, request: Incoming, fault: ActiveFault): Promise<Delivery> {
  const { world } = sites;
  const note = (status: number, caller?: string): void =>
    world.requests.add(request, { status, caller, fault: fault.kind, at: world.clock() });
  if (neverReachesSite(fault)) {
    const delivery = answerOfFault(fault, world.clock());
    note(delivery.kind === 'send' ? delivery.reply.status : 0);
    if (delivery.kind === 'send') world.waits.note(request, delivery.reply, world.clock());
    return delivery;
  }
  const { reply, caller } = await serveSite(sites, request, fault.kind === 'delay' ? fault.delayMs : 0);
  const delivered = deliveryOf(fault, reply);
  note(delivered.kind === 'reset' ? 0 : reply.status, caller);
  if (delivered.kind !== 'reset') world.waits.note(request, reply, world.clock());
  return delivered;
}

function deliveryOf(fault: ActiveFault, reply: Reply): Delivery {
  if (fault.kind === 'reset-after-commit') return { kind: 'reset' };
  if (fault.kind === 'truncated') return { kind: 'truncate', reply };
  if (fault.kind === 'slow-body') return { kind: 'trickle', reply, overMs: fault.delayMs };
  return { kind: 'send', reply };
}

function serveOwn(world: World, request: Incoming): Delivery | Promise<Delivery> {
  const reply = request.path.startsWith('/control/')
    ? serveControl(world, request)
    : servePage(world, request, undefined);
  return isPending(reply)
    ? reply.then((settled) => ({ kind: 'send', reply: settled }))
    : { kind: 'send', reply };
}
