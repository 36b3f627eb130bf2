/** The control API: what tests and people set up, break and read back. JSON in, JSON out, no authentication. */
import { z } from 'zod';
import { empty, json, type Incoming, type Reply } from '../http/exchange.ts';
import { valuesOf } from '../dataverse/lead-view.ts';
import type { LeadRow } from '../dataverse/lead-store.ts';
import type { Organization } from '../dataverse/organization.ts';
import { MailRules } from '../inbox/mail-rules.ts';
import { FaultRule } from '../requests/faults.ts';
import type { World } from '../world/world.ts';
import { compareLeads, Expected } from './compare-leads.ts';
import { mergePatch } from './merge-patch.ts';

const Revocation = z.object({ clientId: z.guid().toLowerCase().optional() }).strict();

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly run: (world: World, request: Incoming, parts: string[]) => Reply | Promise<Reply>;
}

const ok = (value: unknown): Reply => json(200, value);
const done = (): Reply => empty(204);
const missing = (what: string): Reply => json(404, { error: `There is no ${what}.` });

const route = (method: string, path: RegExp, run: Route['run']): Route => ({ method, path, run });

const ROUTES: readonly Route[] = [
  route('GET', /^tenants$/, (world) =>
    ok({ tenants: world.tenants().map(({ id, settings }) => ({ tenantId: id, ...settings })) }),
  ),
  route('GET', /^tenants\/([^/]+)$/, (world, _request, [id = '']) => {
    const tenant = world.tenant(id);
    return tenant ? ok({ tenantId: tenant.id, ...tenant.settings }) : missing('such tenant');
  }),
  route('PUT', /^tenants\/([^/]+)$/, (world, request, [id = '']) => {
    const tenant = world.putTenant(id, bodyOf(request));
    return ok({ tenantId: tenant.id, ...tenant.settings });
  }),
  route('PATCH', /^tenants\/([^/]+)$/, (world, request, [id = '']) => {
    const tenant = world.tenant(id);
    if (!tenant) return missing('such tenant');
    return ok(world.putTenant(tenant.id, mergePatch(tenant.settings, bodyOf(request))).settings);
  }),
  route('DELETE', /^tenants\/([^/]+)$/, (world, _request, [id = '']) =>
    world.deleteTenant(id) ? done() : missing('such tenant'),
  ),
  route('PATCH', /^tenants\/([^/]+)\/apps\/([^/]+)$/, (world, request, [id = '', clientId = '']) => {
    const tenant = world.tenant(id);
    const app = tenant?.apps.get(clientId.toLowerCase());
    if (!tenant || !app) return missing('such application');
    const changed = mergePatch(app, bodyOf(request));
    const apps = tenant.settings.apps.map((other) => (other === app ? changed : other));
    world.putTenant(tenant.id, { ...tenant.settings, apps });
    return ok(world.tenant(tenant.id)?.apps.get(app.clientId));
  }),
  route('POST', /^tenants\/([^/]+)\/revoke$/, (world, request, [id = '']) => {
    const tenant = world.tenant(id);
    if (!tenant) return missing('such tenant');
    const { clientId } = Revocation.parse(bodyOf(request) ?? {});
    world.revocations.add(tenant.id, clientId);
    return done();
  }),
  route('POST', /^keys\/rotate$/, async (world, request) => {
    const { keepOld } = z.object({ keepOld: z.boolean().default(true) }).parse(bodyOf(request) ?? {});
    await world.keys.rotate(keepOld);
    return ok({ kids: world.keys.kids });
  }),
  route('GET', /^tokens$/, (world) => ok({ tokens: world.keys.signed })),
  route('GET', /^organizations$/, (world) => ok({ organizations: world.organizations().map(described) })),
  route(
    'GET',
    /^organizations\/([^/]+)$/,
    withOrganization((_world, organization) => ok(described(organization))),
  ),
  route('PUT', /^organizations\/([^/]+)$/, (world, request, [host = '']) =>
    ok(described(world.putOrganization(host, bodyOf(request)))),
  ),
  route(
    'PATCH',
    /^organizations\/([^/]+)$/,
    withOrganization((world, organization, request) =>
      ok(
        described(
          world.putOrganization(organization.host, mergePatch(organization.settings, bodyOf(request))),
        ),
      ),
    ),
  ),
  route('DELETE', /^organizations\/([^/]+)$/, (world, _request, [host = '']) =>
    world.deleteOrganization(host.toLowerCase()) ? done() : missing('such organization'),
  ),
  route(
    'GET',
    /^organizations\/([^/]+)\/leads$/,
    withOrganization((_world, organization, request) =>
      ok({ leads: readBackAll(organization, new URLSearchParams(request.search)) }),
    ),
  ),
  route(
    'GET',
    /^organizations\/([^/]+)\/leads\/count$/,
    withOrganization((_world, organization) => ok({ count: organization.leads.size })),
  ),
  route(
    'GET',
    /^organizations\/([^/]+)\/leads\/([^/]+)$/,
    withOrganization((_world, organization, _request, [, id = '']) => {
      const row = organization.leads.get(id.toLowerCase());
      return row ? ok(readBack(row, organization)) : missing('such lead');
    }),
  ),
  route(
    'POST',
    /^organizations\/([^/]+)\/leads\/compare$/,
    withOrganization((_world, organization, request) =>
      ok(compareLeads(organization, Expected.parse(bodyOf(request)))),
    ),
  ),
  route(
    'GET',
    /^organizations\/([^/]+)\/attempts$/,
    withOrganization((_world, organization, request) => {
      const leadid = new URLSearchParams(request.search).get('leadid')?.toLowerCase();
      const attempts = organization.attempts.list(leadid);
      return ok({ attempts: attempts.map((one) => ({ ...one, at: new Date(one.at).toISOString() })) });
    }),
  ),
  route(
    'GET',
    /^organizations\/([^/]+)\/other-records$/,
    withOrganization((_world, organization) => ok({ records: organization.others.list() })),
  ),
  route(
    'DELETE',
    /^organizations\/([^/]+)\/leads$/,
    withOrganization((world, organization) => {
      world.clearLeads(organization);
      return done();
    }),
  ),
  route('GET', /^faults$/, (world) => ok({ faults: world.faults.list() })),
  route('POST', /^faults$/, (world, request) =>
    json(201, world.faults.add(FaultRule.parse(bodyOf(request)), world.clock())),
  ),
  route('DELETE', /^faults$/, (world, request) => {
    world.faults.clear(new URLSearchParams(request.search).get('host') ?? undefined);
    return done();
  }),
  route('DELETE', /^faults\/([^/]+)$/, (world, _request, [id = '']) =>
    world.faults.remove(id) ? done() : missing('such fault'),
  ),
  route('GET', /^requests$/, (world, request) => {
    const query = new URLSearchParams(request.search);
    const requests = world.requests.list(query.get('host') ?? undefined, query.get('path') ?? undefined);
    return ok({ total: world.requests.total, requests });
  }),
  route('DELETE', /^requests$/, (world) => {
    world.requests.clear();
    return done();
  }),
  route('GET', /^waits$/, (world, request) =>
    ok({ waits: world.waits.list(new URLSearchParams(request.search).get('host') ?? undefined) }),
  ),
  route('DELETE', /^waits$/, (world) => {
    world.waits.clear();
    return done();
  }),
  route('GET', /^mails$/, (world, request) => {
    const { to, from, subject, text, ...headers } = Object.fromEntries(
      [...new URLSearchParams(request.search)].map(([name, value]) => [name.toLowerCase(), value]),
    );
    return ok({
      mails: world.mailbox.find({ to, from, subject, text, headers }),
    });
  }),
  route('GET', /^mails\/([^/]+)$/, (world, _request, [id = '']) => {
    const mail = world.mailbox.get(id);
    return mail ? ok(mail) : missing('such mail');
  }),
  route('GET', /^inbox$/, (world) => ok(world.mailbox.behaviour.rules)),
  route('PUT', /^inbox$/, (world, request) => {
    world.mailbox.behaviour.set(MailRules.parse(bodyOf(request) ?? {}));
    return ok(world.mailbox.behaviour.rules);
  }),
  route('DELETE', /^inbox$/, (world) => {
    world.mailbox.behaviour.set(MailRules.parse({}));
    return done();
  }),
  route('DELETE', /^mails$/, (world) => {
    world.mailbox.clear();
    return done();
  }),
];

/** Answers `/control/…`; a mistake in the body comes back as 400 with what is wrong. */
export async function serveControl(world: World, request: Incoming): Promise<Reply> {
  try {
    const path = decodeURIComponent(request.path.slice('/control/'.length));
    const fitting = ROUTES.filter((candidate) => candidate.path.test(path));
    const found = fitting.find((candidate) => candidate.method === request.method);
    if (found) return await found.run(world, request, found.path.exec(path)?.slice(1) ?? []);
    return fitting.length > 0
      ? json(405, { error: `${path} takes ${fitting.map((candidate) => candidate.method).join(', ')}.` })
      : missing(`control address /control/${path}`);
  } catch (error) {
    if (error instanceof z.ZodError)
      return json(400, { error: 'The body is not right.', details: error.issues });
    if (error instanceof SyntaxError || error instanceof URIError) return json(400, { error: error.message });
    throw error;
  }
}

function withOrganization(
  run: (
    world: World,
    organization: Organization,
    request: Incoming,
    parts: string[],
  ) => Reply | Promise<Reply>,
): Route['run'] {
  return (world, request, parts) => {
    const organization = world.organization((parts[0] ?? '').toLowerCase());
    return organization ? run(world, organization, request, parts) : missing('such organization');
  };
}

function bodyOf(request: Incoming): unknown {
  return request.body.length === 0 ? undefined : JSON.parse(request.body.toString('utf8'));
}

function described(organization: Organization): Record<string, unknown> {
  const { host, friendlyName, organizationId, businessUnitId, leads, settings, usersById } = organization;
  return {
    host,
    friendlyName,
    organizationId,
    businessUnitId,
    leadCount: leads.size,
    systemUsers: [...usersById.values()].map(
      ({ systemuserid, fullname, applicationId, username, enabled, roles }) => ({
        systemuserid,
        fullname,
        applicationId,
        username,
        enabled,
        roles: roles.map((role) => role.name),
      }),
    ),
    ...settings,
  };
}

/** All leads in the order they came; `columns`, `offset` and `limit` keep the answer small where there are many. */
function readBackAll(organization: Organization, query: URLSearchParams): Record<string, unknown>[] {
  const columns = query.get('columns')?.split(',');
  const offset = Number(query.get('offset') ?? 0);
  const limit = Number(query.get('limit') ?? Infinity);
  const leads: Record<string, unknown>[] = [];
  let at = 0;
  for (const row of organization.leads.rows()) {
    at += 1;
    if (at <= offset) continue;
    if (leads.length >= limit) break;
    const lead = readBack(row, organization);
    leads.push(
      columns === undefined ? lead : Object.fromEntries(columns.map((name) => [name, lead[name] ?? null])),
    );
  }
  return leads;
}

/** A lead with all its values; its times to the millisecond, unlike the Web API's. */
function readBack(row: LeadRow, organization: Organization): Record<string, unknown> {
  return {
    ...valuesOf(row, organization),
    createdon: new Date(row.createdOn).toISOString(),
    modifiedon: new Date(row.modifiedOn).toISOString(),
  };
}
