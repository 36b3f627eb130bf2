/** The start page: everything there is to look at. */
import type { World } from '../world/world.ts';
import { escape, link, page, table } from './layout.ts';

export function indexPage(world: World): string {
  const organizations = world
    .organizations()
    .map((organization) => [
      link(`/org/${organization.host}/`, organization.friendlyName),
      escape(organization.host),
      String(organization.leads.size),
      escape(organization.settings.tenantId),
    ]);
  const control = ['organizations', 'tenants', 'faults', 'requests', 'mails'].map((name) =>
    link(`/control/${name}`, `/control/${name}`),
  );
  return page(
    'Emulators',
    `<section><h1>Emulated organizations</h1>${table(['Organization', 'Host', 'Leads', 'Directory ID'], organizations, 'None yet: PUT one to /control/organizations/&lt;host&gt;.')}</section>
    <section><h2>Mail inbox</h2><p>${link('/mail', world.mailbox.size === 1 ? '1 mail' : `${world.mailbox.size} mails`)}</p></section>
    <section><h2>Control API</h2><p>${control.join(' · ')}</p></section>`,
  );
}
