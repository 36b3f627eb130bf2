/** Questions about the lead table: its columns, its lookups, and what of them the user of a connection may fill. GET only. */
import { own } from '@leads/contracts';
import { z } from 'zod';
import { CRM, type WebApi } from '../dynamics/web-api.ts';
import type { ColumnKind, LeadColumn, LeadTable, Lookup } from '../mapping/lead-table.ts';
import {
  ask,
  askPrivileges,
  isNotFound,
  listOf,
  mapTold,
  type Privileges,
  type Told,
} from './ask-organization.ts';
import { unbindable } from './unbindable.ts';

const LEAD_TABLE = "EntityDefinitions(LogicalName='lead')";

/** What the table is, whoever asks. */
export interface Described extends Pick<LeadTable, 'columns' | 'lookups'> {
  /** The columns under column security, by their names; with their ids, where these were told. */
  secured: Record<string, string | undefined>;
}

/** The columns of the lead table; `null` where the organisation has no such table. */
export async function describeLeadTable(asked: WebApi): Promise<Told<Described | null>> {
  const attributes = `${LEAD_TABLE}/Attributes`;
  const lengths = listOf(z.object({ LogicalName: z.string(), MaxLength: z.number().nullish() }));
  const [all, texts, memos, options, times, lookups] = await Promise.all([
    ask(
      asked,
      `${attributes}?$select=MetadataId,LogicalName,AttributeType,IsValidForCreate,IsSecured`,
      listOf(Attribute),
    ),
    ask(asked, `${attributes}/${CRM}.StringAttributeMetadata?$select=LogicalName,MaxLength`, lengths),
    ask(asked, `${attributes}/${CRM}.MemoAttributeMetadata?$select=LogicalName,MaxLength`, lengths),
    ask(
      asked,
      `${attributes}/${CRM}.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)`,
      listOf(Picklist),
    ),
    ask(
      asked,
      `${attributes}/${CRM}.DateTimeAttributeMetadata?$select=LogicalName,DateTimeBehavior`,
      listOf(Time),
    ),
    ask(
      asked,
      `${LEAD_TABLE}/ManyToOneRelationships?$select=ReferencingAttribute,ReferencingEntityNavigationPropertyName,ReferencedEntity`,
      listOf(Relationship),
    ),
  ]);
  if (all.kind !== 'known') return isNotFound(all.answer) ? { kind: 'known', value: null } : all;
  for (const told of [texts, memos, options, times]) if (told.kind !== 'known') return told;
  // Reading relationships is a privilege of its own.
  if (lookups.kind === 'failed') return lookups;
  const columns = new Map<string, LeadColumn>();
  for (const { LogicalName, AttributeType, IsValidForCreate } of all.value.value) {
    columns.set(LogicalName, {
      kind: own(KINDS, AttributeType) ?? 'other',
      ...(IsValidForCreate === false && { isReadOnly: true }),
    });
  }
  for (const told of [texts, memos]) {
    if (told.kind !== 'known') continue;
    for (const { LogicalName, MaxLength } of told.value.value) {
      const column = columns.get(LogicalName);
      if (column && MaxLength) column.length = MaxLength;
      if (column && told === texts) column.isOneLine = true;
    }
  }
  if (options.kind === 'known') {
    for (const { LogicalName, OptionSet, GlobalOptionSet } of options.value.value) {
      const column = columns.get(LogicalName);
      const set = OptionSet ?? GlobalOptionSet;
      if (!column || !set) continue;
      column.options = set.Options.map(({ Value, Label }) => ({
        value: Value,
        label: Label?.UserLocalizedLabel?.Label ?? '',
      }));
    }
  }
  for (const { LogicalName, DateTimeBehavior } of times.kind === 'known' ? times.value.value : []) {
    const column = columns.get(LogicalName);
    if (column && DateTimeBehavior?.Value === 'DateOnly') column.isDay = true;
  }
  const secured = all.value.value.filter(({ IsSecured }) => IsSecured);
  return {
    kind: 'known',
    value: {
      columns: Object.fromEntries(columns),
      ...(lookups.kind === 'known' && { lookups: lookups.value.value.map(lookupOf) }),
      secured: Object.fromEntries(secured.map(({ LogicalName, MetadataId }) => [LogicalName, MetadataId])),
    },
  };
}

/** `CanCreate` of an attribute privilege (Dataverse Web API, `AttributePrivilege`; the choice of field permissions). */
const ALLOWED = 4;

/** Which secured columns a user may not fill; asked only where there are any. */
export async function askSecured(
  asked: WebApi,
  userId: string | undefined,
  { secured }: Pick<Described, 'secured'>,
): Promise<NonNullable<LeadTable['secured']>> {
  const columns = Object.entries(secured);
  if (columns.length === 0) return {};
  const told =
    userId === undefined
      ? undefined
      : await ask(
          asked,
          `systemusers(${userId})/${CRM}.RetrievePrincipalAttributePrivileges()`,
          z.object({ AttributePrivileges: z.array(AttributePrivilege) }),
        );
  const permitted =
    told?.kind === 'known' &&
    new Set(
      told.value.AttributePrivileges.filter(({ CanCreate }) => CanCreate === ALLOWED).map(
        ({ AttributeId }) => AttributeId,
      ),
    );
  return Object.fromEntries(
    columns
      .filter(([, id = '']) => !permitted || !permitted.has(id))
      .map(([column]) => [column, permitted ? 'not-permitted' : 'unknown'] as const),
  );
}

/** The table as it is for one user. */
export function tableFor(
  { columns, lookups }: Described,
  secured: NonNullable<LeadTable['secured']>,
  privileges: Told<Privileges>,
): LeadTable {
  return {
    columns,
    ...(lookups && { lookups }),
    secured,
    ...(lookups && privileges.kind === 'known' && { unbindable: unbindable(lookups, privileges.value) }),
  };
}

/** The lead table as it is for one user; `null` where the organisation has none. */
export async function askLeadTable(asked: WebApi, userId: string): Promise<Told<LeadTable | null>> {
  const described = await describeLeadTable(asked);
  const { value: table } = described.kind === 'known' ? described : { value: null };
  if (table === null) return mapTold(described, () => null);
  const [secured, privileges] = await Promise.all([
    askSecured(asked, userId, table),
    askPrivileges(asked, userId),
  ]);
  return { kind: 'known', value: tableFor(table, secured, privileges) };
}

const KINDS: Readonly<Record<string, ColumnKind>> = {
  String: 'text',
  Memo: 'text',
  Picklist: 'option',
  State: 'option',
  Status: 'option',
  Boolean: 'boolean',
  Integer: 'whole',
  BigInt: 'whole',
  Decimal: 'number',
  Double: 'number',
  Money: 'number',
  DateTime: 'time',
  Lookup: 'lookup',
  Customer: 'lookup',
  Owner: 'lookup',
};

const Attribute = z.object({
  LogicalName: z.string(),
  AttributeType: z.string(),
  IsValidForCreate: z.boolean().optional(),
  MetadataId: z.guid().toLowerCase().optional(),
  IsSecured: z.boolean().nullish(),
});
const AttributePrivilege = z.object({ AttributeId: z.guid().toLowerCase(), CanCreate: z.number() });
const Time = z.object({
  LogicalName: z.string(),
  DateTimeBehavior: z.object({ Value: z.string() }).nullish(),
});
const Relationship = z.object({
  ReferencingAttribute: z.string(),
  ReferencingEntityNavigationPropertyName: z.string(),
  ReferencedEntity: z.string(),
});
const Label = z.object({ UserLocalizedLabel: z.object({ Label: z.string() }).nullish() });
const OptionSet = z
  .object({ Options: z.array(z.object({ Value: z.number(), Label: Label.nullish() })) })
  .nullish();
/** A choice of its own has its options in the first, a global one in the second; the other is empty. */
const Picklist = z.object({ LogicalName: z.string(), OptionSet, GlobalOptionSet: OptionSet });

function lookupOf(relationship: z.infer<typeof Relationship>): Lookup {
  const { ReferencingAttribute: column, ReferencedEntity: table } = relationship;
  return { column, property: relationship.ReferencingEntityNavigationPropertyName, table };
}
