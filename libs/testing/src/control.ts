/** The emulators' control API: sets organisations and directories up, breaks them, and reads back what reached them. */
import type {
  ApplicationSettings,
  Attempt,
  Changes,
  Compared,
  Fault,
  LeadRow,
  Mail,
  OrganizationSettings,
  SeenRequest,
  TenantSettings,
  Wait,
} from '@leads/emulators/control';

export type {
  Attempt,
  Changes,
  Compared,
  Fault,
  LeadRow,
  Mail,
  OrganizationSettings,
  SeenRequest,
  TenantSettings,
  Wait,
};

/** Every call rejects with the answer's text where the emulators did not do as asked. */
export class Control {
  private readonly url: string;

  /** @param url the emulators' origin */
  constructor(url: string) {
    this.url = url;
  }

  /** A directory's settings. */
  tenant(directoryId: string): Promise<TenantSettings> {
    return this.ask('GET', `tenants/${directoryId}`);
  }

  /** Makes a directory, or makes it anew. */
  putTenant(directoryId: string, settings: TenantSettings): Promise<void> {
    return this.ask('PUT', `tenants/${directoryId}`, settings);
  }

  changeTenant(directoryId: string, changes: Changes<TenantSettings>): Promise<void> {
    return this.ask('PATCH', `tenants/${directoryId}`, changes);
  }

  /** Changes one application of a directory: `refusedWith` breaks it there, and null mends it. */
  changeApplication(
    directoryId: string,
    applicationId: string,
    changes: Changes<ApplicationSettings>,
  ): Promise<void> {
    return this.ask('PATCH', `tenants/${directoryId}/apps/${applicationId}`, changes);
  }

  /** Voids the access tokens given so far: those of one application, or all. */
  revokeTokens(directoryId: string, clientId?: string): Promise<void> {
    return this.ask('POST', `tenants/${directoryId}/revoke`, { clientId });
  }

  /** Makes an organisation, or makes it anew; its leads stay. */
  putOrganization(host: string, settings: OrganizationSettings): Promise<void> {
    return this.ask('PUT', `organizations/${host}`, settings);
  }

  changeOrganization(host: string, changes: Changes<OrganizationSettings>): Promise<void> {
    return this.ask('PATCH', `organizations/${host}`, changes);
  }

  /**
   * The records of an organisation, in the order they came.
   * @param columns all of them unless named
   */
  async leads(host: string, columns?: readonly string[]): Promise<LeadRow[]> {
    const wanted = columns === undefined ? '' : `?columns=${columns.join()}`;
    const { leads } = await this.ask<{ leads: LeadRow[] }>('GET', `organizations/${host}/leads${wanted}`);
    return leads;
  }

  async countLeads(host: string): Promise<number> {
    const { count } = await this.ask<{ count: number }>('GET', `organizations/${host}/leads/count`);
    return count;
  }

  /**
   * What is really in an organisation, held against the records that should be there.
   * @param by a column of which no two records may have the same value
   */
  compareLeads(host: string, leadids: readonly string[], by?: string): Promise<Compared> {
    return this.ask('POST', `organizations/${host}/leads/compare`, { leadids, by });
  }

  /** Every attempt to create a lead, or those of one, oldest first. */
  async attempts(host: string, leadid?: string): Promise<Attempt[]> {
    const path = `organizations/${host}/attempts${query({ leadid })}`;
    return (await this.ask<{ attempts: Attempt[] }>('GET', path)).attempts;
  }

  /** Who was asked to wait by an organisation, and how many of their requests came too early. */
  async waits(host: string): Promise<Wait[]> {
    return (await this.ask<{ waits: Wait[] }>('GET', `waits${query({ host })}`)).waits;
  }

  /** Makes requests fail as told; see docs/emulators.md. */
  addFault(fault: Fault): Promise<void> {
    return this.ask('POST', 'faults', fault);
  }

  /** Ends the faults of one host, or all. */
  clearFaults(host?: string): Promise<void> {
    return this.ask('DELETE', `faults${query({ host })}`);
  }

  /** The latest 10,000 requests, of one host or with a text in path and query where told. */
  async requests(filter: { host?: string; path?: string } = {}): Promise<SeenRequest[]> {
    const { requests } = await this.ask<{ requests: SeenRequest[] }>('GET', `requests${query(filter)}`);
    return requests;
  }

  /** Forgets them, of every organisation. */
  clearWaits(): Promise<void> {
    return this.ask('DELETE', 'waits');
  }

  /** How many requests for a token came so far. */
  async signIns(): Promise<number> {
    return (await this.requests({ path: '/oauth2/v2.0/token' })).length;
  }

  /** The access and ID tokens that were given, the latest 10,000. */
  async tokens(): Promise<string[]> {
    return (await this.ask<{ tokens: string[] }>('GET', 'tokens')).tokens;
  }

  /** Every mail in the inbox. */
  async mails(): Promise<Mail[]> {
    return (await this.ask<{ mails: Mail[] }>('GET', 'mails')).mails;
  }

  private async ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${this.url}/control/${path}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...sent,
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new Error(`The emulators answered ${method} ${path} with ${answer.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }
}

function query(filter: Record<string, string | undefined>): string {
  const given = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
