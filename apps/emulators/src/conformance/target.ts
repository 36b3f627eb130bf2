/** What a run is driven against: an emulator started for it, set up like the real thing, or a live organisation. */
import { startEmulators, type Emulators } from '../emulators.ts';
import { CONTOSO } from '../seed.ts';
import { LEAD_WRITER_ROLE } from '../dataverse/organization-settings.ts';
import type { LiveSettings } from './config.ts';
import type { Credentials } from './clients.ts';
import type { Upstream } from './recorder.ts';

/** What the calling user may do: only write leads, or everything. */
export type RoleKind = 'writer' | 'administrator';

export interface Target {
  readonly upstream: Upstream;
  readonly organizationHost: string;
  readonly credentials: Credentials;
  readonly role: RoleKind;
  readonly close: () => Promise<void>;
}

export async function emulatedTarget(role: RoleKind): Promise<Target> {
  const emulators: Emulators = await startEmulators({
    httpPort: 0,
    smtpPort: 0,
    host: '127.0.0.1',
    dataDir: undefined,
    seed: 'contoso',
  });
  const { host, tenantId, clientId, clientSecret } = CONTOSO;
  const roles = role === 'writer' ? [LEAD_WRITER_ROLE] : [LEAD_WRITER_ROLE, 'System Administrator'];
  emulators.world.putOrganization(host, {
    tenantId,
    applicationUsers: [{ applicationId: clientId, roles }],
    records: { campaigns: [] },
  });
  return {
    upstream: { emulatorPort: emulators.httpPort },
    organizationHost: host,
    credentials: { loginHost: 'login.microsoftonline.com', tenantId, clientId, clientSecret },
    role,
    close: () => emulators.close(),
  };
}

export function liveTarget(settings: LiveSettings): Target {
  return {
    upstream: 'live',
    organizationHost: new URL(settings.url).host,
    credentials: {
      loginHost: settings.login,
      tenantId: settings.tenant,
      clientId: settings.client,
      clientSecret: settings.secret,
    },
    role: settings.role,
    close: () => Promise.resolve(),
  };
}
