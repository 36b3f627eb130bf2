/** What can be set about an emulated organisation; every part has a working default. */
import { z } from 'zod';
import { Column } from './lead-columns.ts';
import { Plugin } from './plugin-settings.ts';

/** The role that the lead writer solution brings, as the set-up guide names it. */
export const LEAD_WRITER_ROLE = 'Microsoft Marketplace Lead Writer';
/** Inferred from the file name of Microsoft's download; the solution itself was not seen. */
export const LEAD_WRITER_SOLUTION = 'MicrosoftMarketplacesLeadIntegrationSolution';

const Depth = z.enum(['Basic', 'Local', 'Deep', 'Global']);
export type Depth = z.infer<typeof Depth>;

const Role = z.object({
  name: z.string().min(1),
  /** Unique name of the solution that brings the role; without that solution the role does not exist. */
  solution: z.string().optional(),
  privileges: z.record(z.string(), Depth).default({}),
  /**
   * "Team privileges only": what the role grants at user depth belongs to a team and not to its members, who then hold
   * none of it. The other setting, "Direct User and Team privileges", is the default.
   */
  teamPrivilegesOnly: z.boolean().default(false),
});

const Solution = z.object({
  uniquename: z.string().min(1),
  friendlyname: z.string().optional(),
  version: z.string().default('1.0.0.0'),
  ismanaged: z.boolean().default(true),
});

const membership = {
  systemuserid: z.guid().toLowerCase().optional(),
  fullname: z.string().optional(),
  enabled: z.boolean().default(true),
  roles: z.array(z.string()).default([LEAD_WRITER_ROLE]),
  /** Secured columns that a column security profile lets this user fill. */
  permittedColumns: z.array(z.string()).default([]),
};
const ApplicationUser = z.preprocess(
  (given) => (typeof given === 'string' ? { applicationId: given } : given),
  z.object({ applicationId: z.guid().toLowerCase(), ...membership }),
);
const NamedUser = z.preprocess(
  (given) => (typeof given === 'string' ? { username: given } : given),
  z.object({ username: z.string().min(3).toLowerCase(), ...membership }),
);

/** Dataverse's service protection limits, per user and per simulated web server. */
const Limits = z.object({
  servers: z.number().int().min(1).default(1),
  windowSeconds: z.number().positive().default(300),
  requests: z.number().int().positive().default(6000),
  executionSeconds: z.number().positive().default(1200),
  concurrency: z.number().int().positive().default(52),
  /** Recommended parallelism, told in `x-ms-dop-hint`. */
  dopHint: z.number().int().positive().default(10),
  /** Execution time booked for one operation on top of the time really spent, ms. */
  executionMsPerOperation: z.number().min(0).default(0),
  /** Time every operation really takes, ms: what a plug-in or a distant region costs. */
  latencyMs: z.number().min(0).default(0),
  /** The same for each row of a bulk request, and each operation of a batch. */
  latencyMsPerRow: z.number().min(0).default(0),
  /** False switches all three limits off; throughput measurements need that. */
  enforced: z.boolean().default(true),
});

const Team = z.object({
  name: z.string().min(1),
  teamid: z.guid().toLowerCase().optional(),
  roles: z.array(z.string()).default([]),
  /** Application ids and user names. */
  members: z.array(z.string().toLowerCase()).default([]),
});

/** How an organization that lets nobody in says so: the field has seen each. */
const ClosedStatus = z.union([z.literal(400), z.literal(403), z.literal(404), z.literal(503)]);

/** What the facts leave unverified, or customers may change; the defaults are the stricter reading. */
const Switches = z.object({
  /** Creates need the role by that name, not merely its privileges. */
  leadWriterRoleRequired: z.boolean().default(true),
  leadWriterSolution: z.string().default(LEAD_WRITER_SOLUTION),
  /** Creates need the hand-made grants on User Entity UI Settings and System Job. */
  handMadeGrantsRequired: z.boolean().default(true),
  /** Upsert checks both prvCreateLead and prvWriteLead, whichever of the two it turns out to do. */
  upsertNeedsWrite: z.boolean().default(true),
  createMultiple: z.boolean().default(true),
  upsertMultiple: z.boolean().default(true),
  batch: z.boolean().default(true),
  /** Binding a lookup needs the privileges Append on leads and Append To on its target. */
  lookupsNeedAppend: z.boolean().default(true),
  /** Refuses a create that leaves out an ApplicationRequired column, as some customers' plug-ins do. */
  applicationRequiredEnforced: z.boolean().default(false),
  /** Publishes the duplicate detection rule "same e-mail address" (used only when a caller asks). */
  duplicateDetection: z.boolean().default(true),
  /** HTTP status of a detected duplicate: documented as 500, seen as 412. */
  duplicateDetectionStatus: z.union([z.literal(412), z.literal(500)]).default(500),
});

export const OrganizationSettings = z.object({
  tenantId: z.guid().toLowerCase(),
  friendlyName: z.string().optional(),
  organizationId: z.guid().toLowerCase().optional(),
  version: z.string().default('9.2.26114.00168'),
  applicationUsers: z.array(ApplicationUser).default([]),
  users: z.array(NamedUser).default([]),
  roles: z.array(Role).optional(),
  solutions: z.array(Solution).optional(),
  /** Columns added to the lead table, or replacing the one of the same name. */
  columns: z.array(Column).default([]),
  removedColumns: z.array(z.string()).default([]),
  /** Alternate keys of the lead table, each a list of columns. */
  alternateKeys: z
    .array(
      z.object({
        name: z.string(),
        columns: z.array(z.string()).min(1).max(16),
        status: z.string().default('Active'),
      }),
    )
    .max(10)
    .default([]),
  limits: Limits.prefault({}),
  teams: z.array(Team).default([]),
  plugins: z.array(Plugin).default([]),
  switches: Switches.prefault({}),
  /** False: Dataverse without Dynamics 365 Sales, which has no lead table. */
  hasLeadTable: z.boolean().default(true),
  /** Administration mode: only system administrators get in. */
  administrationMode: z.boolean().default(false),
  administrationModeStatus: ClosedStatus.default(403),
  /** Disabled, by an administrator or because nothing was paid: nobody gets in. */
  disabled: z.boolean().default(false),
  disabledStatus: ClosedStatus.default(403),
  /** The IP firewall is on and the caller's address, as this organization sees it, is not on its list. */
  blockedAddress: z.string().optional(),
  /** A web firewall in front of it, which dislikes requests whose body contains a text. */
  webFirewall: z
    .array(z.object({ contains: z.string().min(1), status: z.number().int().min(400).max(599).default(403) }))
    .default([]),
  /**
   * Ids of records in other tables, by entity set. A lookup bound to a table that is named here must find its record;
   * one bound to any other may have any id.
   */
  records: z.record(z.string(), z.array(z.guid().toLowerCase())).default({}),
  /** Makes the lead table large: columns of text, a choice with many options, and labels in so many languages. */
  padding: z
    .object({
      columns: z.number().int().min(0).max(5_000).default(0),
      options: z.number().int().min(0).max(20_000).default(0),
      languages: z.number().int().min(1).max(50).default(1),
    })
    .prefault({}),
  /** Applications that the organisation's administrator has blocked. */
  blockedApplications: z.array(z.guid().toLowerCase()).default([]),
  /** Clock of this organisation relative to the true one, ms. */
  clockSkewMs: z.number().default(0),
  /** Largest request body it reads. */
  maxRequestBytes: z
    .number()
    .int()
    .positive()
    .default(128 * 1024 * 1024),
});
export type OrganizationSettings = z.output<typeof OrganizationSettings>;
export type Role = z.output<typeof Role>;
export type Team = z.output<typeof Team>;

/** Tables that leads of the standard solution refer to, as they are called in the names of their privileges. */
const REFERRED_TO = ['Campaign', 'Account', 'Contact', 'TransactionCurrency', 'User', 'Team'];

const appendTo = REFERRED_TO.map((table) => `prvAppendTo${table}`);

/** The lead writer role after the guide's hand edits: create leads, read one's own, bind their lookups, track the solution. */
export const leadWriterRole = (solution: string): Role => ({
  name: LEAD_WRITER_ROLE,
  solution,
  teamPrivilegesOnly: false,
  privileges: {
    prvCreateLead: 'Basic',
    prvReadLead: 'Basic',
    prvAppendLead: 'Basic',
    ...Object.fromEntries(appendTo.map((privilege) => [privilege, 'Global'] as const)),
    prvReadSolution: 'Global',
    prvReadEntity: 'Global',
    prvReadAttribute: 'Global',
    prvReadRelationship: 'Global',
    prvCreateUserEntityUISettings: 'Basic',
    prvReadUserEntityUISettings: 'Basic',
    prvWriteUserEntityUISettings: 'Basic',
    prvReadAsyncOperation: 'Global',
    prvWriteAsyncOperation: 'Global',
    prvAppendToAsyncOperation: 'Global',
  },
});

/** Everything a test needs to look around and tidy up. */
export const systemAdministratorRole = (): Role => ({
  name: 'System Administrator',
  teamPrivilegesOnly: false,
  privileges: Object.fromEntries(
    [
      ...['Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo'].flatMap((verb) =>
        ['Lead', 'UserEntityUISettings', 'AsyncOperation'].map((table) => `prv${verb}${table}`),
      ),
      ...['prvReadSolution', 'prvReadEntity', 'prvReadAttribute', 'prvReadRelationship'],
      ...['prvReadUser', 'prvReadTeam', 'prvReadRole', 'prvOverrideCreatedOnCreatedBy'],
      ...appendTo,
      ...[
        'prvReadSdkMessage',
        'prvReadTransactionCurrency',
        'prvBypassCustomBusinessLogic',
        'prvBypassCustomPlugins',
      ],
    ].map((privilege) => [privilege, 'Global']),
  ),
});
