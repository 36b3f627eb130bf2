/** Everything the emulators know, in one place: organisations, tenants, mails, faults, what arrived. */
import { z } from 'zod';
import { buildOrganization, type Organization } from '../dataverse/organization.ts';
import { OrganizationSettings } from '../dataverse/organization-settings.ts';
import type { LeadRow } from '../dataverse/lead-store.ts';
import type { SigningKeys } from '../entra/signing-keys.ts';
import { TenantSettings, buildTenant, type Tenant } from '../entra/tenant.ts';
import { Mailbox, type Mail } from '../inbox/mailbox.ts';
import { Faults } from '../requests/faults.ts';
import { noJournal, type Journal } from '../journal.ts';
import { RequestLog } from '../requests/request-log.ts';
import { Revocations } from '../entra/revocations.ts';
import { Waits } from '../requests/waits.ts';

const Entry = z.discriminatedUnion('k', [
  z.object({ k: z.literal('organization'), host: z.string(), settings: z.unknown() }),
  z.object({ k: z.literal('organization-gone'), host: z.string() }),
  z.object({ k: z.literal('tenant'), id: z.string(), settings: z.unknown() }),
  z.object({ k: z.literal('tenant-gone'), id: z.string() }),
  z.object({ k: z.literal('leads-gone'), host: z.string() }),
  z.object({ k: z.literal('lead-gone'), host: z.string(), id: z.string() }),
  z.object({ k: z.literal('mail'), mail: z.custom<Mail>() }),
  z.object({ k: z.literal('mails-gone') }),
]);

interface LeadEntry {
  k: 'lead';
  host: string;
  row: [string, number, number, number, string, string, string, number, number];
  columns: unknown;
}

export class World {
  readonly clock: () => number;
  readonly keys: SigningKeys;
  readonly mailbox: Mailbox;
  readonly faults = new Faults();
  readonly requests = new RequestLog();
  readonly revocations = new Revocations();
  readonly waits = new Waits();
  private readonly byHost = new Map<string, Organization>();
  private readonly byId = new Map<string, Tenant>();
  private journal: Journal = noJournal;
  /** While a transaction runs: how to take back each change, and the lines to write once it holds. */
  private transaction: { undo: (() => void)[]; lines: string[] } | undefined;

  private constructor(clock: () => number, keys: SigningKeys) {
    this.clock = clock;
    this.keys = keys;
    this.mailbox = new Mailbox((line) => this.journal.append(line));
  }

  /** An empty world; `clock` gives ms since 1970. */
  static create(clock: () => number, keys: SigningKeys): World {
    return new World(clock, keys);
  }

  /** From here on every change is written to `journal`. */
  journalTo(journal: Journal): void {
    this.journal = journal;
  }

  organization(host: string): Organization | undefined {
    return this.byHost.get(host) ?? this.byHost.get(host.replace(/\.api\.crm/, '.crm'));
  }

  organizations(): readonly Organization[] {
    return [...this.byHost.values()];
  }

  /** Creates an organisation or replaces its settings; its leads stay. Throws a `ZodError` on bad settings. */
  putOrganization(host: string, given: unknown): Organization {
    const settings = OrganizationSettings.parse(given);
    const name = host.toLowerCase();
    const organization = buildOrganization(name, settings, this.byHost.get(name));
    this.byHost.set(name, organization);
    this.journal.append(JSON.stringify({ k: 'organization', host: name, settings }));
    return organization;
  }

  deleteOrganization(host: string): boolean {
    this.journal.append(JSON.stringify({ k: 'organization-gone', host }));
    return this.byHost.delete(host);
  }

  tenant(idOrDomain: string): Tenant | undefined {
    const wanted = idOrDomain.toLowerCase();
    return this.byId.get(wanted) ?? [...this.byId.values()].find((tenant) => tenant.domains.includes(wanted));
  }

  tenants(): readonly Tenant[] {
    return [...this.byId.values()];
  }

  /** Creates a tenant or replaces its settings. Throws a `ZodError` on bad settings. */
  putTenant(id: string, given: unknown): Tenant {
    const settings = TenantSettings.parse(given);
    const tenant = buildTenant(id.toLowerCase(), settings);
    this.byId.set(tenant.id, tenant);
    this.journal.append(JSON.stringify({ k: 'tenant', id: tenant.id, settings }));
    return tenant;
  }

  deleteTenant(id: string): boolean {
    this.journal.append(JSON.stringify({ k: 'tenant-gone', id }));
    return this.byId.delete(id.toLowerCase());
  }

  putLead(organization: Organization, row: LeadRow): void {
    const before = organization.leads.get(row.id);
    organization.leads.put(row);
    this.transaction?.undo.push(() => {
      if (before) organization.leads.put(before);
      else organization.leads.delete(row.id);
    });
    if (this.journal !== noJournal) this.record(leadLine(organization.host, row));
  }

  deleteLead(organization: Organization, id: string): boolean {
    const before = organization.leads.get(id);
    if (!before) return false;
    this.transaction?.undo.push(() => organization.leads.put(before));
    this.record(JSON.stringify({ k: 'lead-gone', host: organization.host, id }));
    return organization.leads.delete(id);
  }

  /** Runs `changes`; when it throws, every lead is as it was before. Inside another one it joins that. */
  atomically<T>(changes: () => T): T {
    if (this.transaction) return changes();
    const transaction = { undo: [] as (() => void)[], lines: [] as string[] };
    this.transaction = transaction;
    try {
      const result = changes();
      for (const line of transaction.lines) this.journal.append(line);
      return result;
    } catch (error) {
      for (const undo of transaction.undo.reverse()) undo();
      throw error;
    } finally {
      this.transaction = undefined;
    }
  }

  private record(line: string): void {
    if (this.transaction) this.transaction.lines.push(line);
    else this.journal.append(line);
  }

  clearLeads(organization: Organization): void {
    this.journal.append(JSON.stringify({ k: 'leads-gone', host: organization.host }));
    organization.leads.clear();
    organization.others.forget('of leads');
    organization.attempts.clear();
  }

  /** Has `undo` run where the transaction under way, if any, does not hold. */
  undoWith(undo: () => void): void {
    this.transaction?.undo.push(undo);
  }

  /** Takes back in what an earlier run wrote. Only before `journalTo`. */
  replay(line: unknown): void {
    if ((line as LeadEntry).k === 'lead') {
      const entry = line as LeadEntry;
      this.organization(entry.host)?.leads.put(rowOf(entry));
      return;
    }
    const entry = Entry.parse(line);
    switch (entry.k) {
      case 'organization':
        this.putOrganization(entry.host, entry.settings);
        return;
      case 'organization-gone':
        this.byHost.delete(entry.host);
        return;
      case 'tenant':
        this.putTenant(entry.id, entry.settings);
        return;
      case 'tenant-gone':
        this.byId.delete(entry.id);
        return;
      case 'lead-gone':
        this.organization(entry.host)?.leads.delete(entry.id);
        return;
      case 'leads-gone':
        this.organization(entry.host)?.leads.clear();
        return;
      case 'mail':
        this.mailbox.add(entry.mail);
        return;
      case 'mails-gone':
        this.mailbox.clear();
        return;
    }
  }

  async close(): Promise<void> {
    await this.journal.close();
  }
}

function leadLine(host: string, row: LeadRow): string {
  const { id, version, createdOn, modifiedOn, createdBy, modifiedBy, ownerId, stateCode, statusCode } = row;
  const system = JSON.stringify([
    id,
    version,
    createdOn,
    modifiedOn,
    createdBy,
    modifiedBy,
    ownerId,
    stateCode,
    statusCode,
  ]);
  return `{"k":"lead","host":"${host}","row":${system},"columns":${row.json}}`;
}

function rowOf(entry: LeadEntry): LeadRow {
  const [id, version, createdOn, modifiedOn, createdBy, modifiedBy, ownerId, stateCode, statusCode] =
    entry.row;
  const json = JSON.stringify(entry.columns);
  return { id, version, createdOn, modifiedOn, createdBy, modifiedBy, ownerId, stateCode, statusCode, json };
}
