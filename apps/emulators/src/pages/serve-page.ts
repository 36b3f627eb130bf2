/** The walk of a request for a page: the emulators' own pages, or those of an organisation. */
import { html, json, redirect, type Incoming, type Reply } from '../http/exchange.ts';
import type { Organization } from '../dataverse/organization.ts';
import type { World } from '../world/world.ts';
import { indexPage } from './index-page.ts';
import { page } from './layout.ts';
import { mailList, mailPage } from './mail-pages.ts';
import { leadForm, leadList } from './organization-pages.ts';

export function servePage(world: World, request: Incoming, organization: Organization | undefined): Reply {
  if (organization) return organizationPage(request, organization);
  if (request.path === '/health') return json(200, { status: 'ok' });
  if (request.path === '/') return html(200, indexPage(world));
  if (request.path === '/mail' || request.path === '/mail/')
    return html(200, mailList(world.mailbox.find({})));
  const mail = world.mailbox.get(/^\/mail\/([^/]+)$/.exec(request.path)?.[1] ?? '');
  return mail ? html(200, mailPage(mail)) : notFound();
}

function organizationPage(request: Incoming, organization: Organization): Reply {
  if (request.path === '/') return redirect(`${request.base}/main.aspx?etn=lead&pagetype=entitylist`);
  if (request.path !== '/main.aspx') return notFound();
  const id = new URLSearchParams(request.search).get('id')?.replace(/[{}]/g, '').toLowerCase();
  if (id === undefined) return html(200, leadList(organization, request));
  const row = organization.leads.get(id);
  return row
    ? html(200, leadForm(organization, row, request))
    : notFound('The record does not exist or has been deleted.');
}

function notFound(text = 'There is nothing at this address.'): Reply {
  return html(404, page('Not found', `<section><h1>Not found</h1><p>${text}</p></section>`));
}
