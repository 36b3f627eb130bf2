// What the control API takes and answers, for clients written in TypeScript; docs/emulators.md tells it in words.
import type { z } from 'zod';
import type { Attempt as StoredAttempt } from '../dataverse/attempts.ts';
import type { OrganizationSettings as Organization } from '../dataverse/organization-settings.ts';
import type { TenantSettings as Tenant } from '../entra/tenant.ts';
import type { FaultRule } from '../requests/faults.ts';

export type { Compared } from './compare-leads.ts';
export type { Mail } from '../inbox/mailbox.ts';
export type { SeenRequest } from '../requests/request-log.ts';
export type { Wait } from '../requests/waits.ts';

export type OrganizationSettings = z.input<typeof Organization>;
export type TenantSettings = z.input<typeof Tenant>;
export type ApplicationSettings = NonNullable<TenantSettings['apps']>[number];
export type Fault = z.input<typeof FaultRule>;

/** A merge patch: what is named replaces what is there, null takes it away. */
export type Changes<Settings> = { readonly [Name in keyof Settings]?: Settings[Name] | null };

/** An attempt to create a lead; `at` is ISO 8601. */
export type Attempt = Omit<StoredAttempt, 'at'> & { readonly at: string };

/** A record of the lead table: column names to values, null where nothing was written. */
export type LeadRow = Readonly<Record<string, unknown>> & {
  readonly leadid: string;
  readonly createdon: string;
};
