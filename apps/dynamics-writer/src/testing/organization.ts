/** Organisations of a test's own among the emulated ones, each with Contoso's application in it. */
import { Outbound } from '@leads/service';
import { contoso, type OrganizationSettings, type RunningEmulators } from '@leads/testing';

export interface Organization {
  /** Its origin. */
  organization: string;
  host: string;
  accessToken: string;
  /** Where requests to it really go. */
  resolver: string;
}

let made = 0;

/** Makes one that has no leads yet, and gets a token for it. */
export async function makeOrganization(
  { control, url: resolver }: RunningEmulators,
  settings: Partial<OrganizationSettings> = {},
): Promise<Organization> {
  const host = `org${(made += 1)}.crm4.dynamics.com`;
  const { directoryId: tenantId, applicationId, clientSecret } = contoso;
  await control.putOrganization(host, { tenantId, applicationUsers: [applicationId], ...settings });
  const organization = `https://${host}`;
  const http = new Outbound({ resolver, connections: 1, timeoutMs: 5_000, maxBodyBytes: 64 * 1024 });
  const answer = await http
    .send({
      url: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: applicationId,
        client_secret: clientSecret,
        scope: `${organization}/.default`,
      }).toString(),
    })
    .finally(() => http.close());
  const { access_token: accessToken } = JSON.parse(answer.body) as { access_token: string };
  return { host, organization, accessToken, resolver };
}
