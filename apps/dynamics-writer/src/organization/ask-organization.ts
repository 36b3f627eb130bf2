/** Questions to an organisation's Web API: who asks, its version, its solutions, roles and lead table. GET only. */
import { own } from '@leads/contracts';
import { type Depth, DEPTHS } from '@leads/contracts/validation';
import { z } from 'zod';
import { type Answer, callWebApi, CRM, type WebApi } from '../dynamics/web-api.ts';
import type { ColumnKind, LeadColumn, LeadTable, Lookup } from '../mapping/lead-table.ts';

/** What a question came to. `forbidden`: the role may not ask this, which says nothing against the connection. */
export type Told<Value> =
  | { kind: 'known'; value: Value }
  | { kind: 'forbidden'; answer: Answer }
  | { kind: 'failed'; answer: Answer };

/** The user that the token stands for (`WhoAmI`). */
export async function askWhoAmI(asked: WebApi): Promise<Told<{ userId: string }>> {
  const told = await ask(asked, 'WhoAmI', z.object({ UserId: z.guid() }));
  return mapTold(told, ({ UserId }) => ({ userId: UserId }));
}

/** The organisation's version, e.g. `9.2.26114.00168`. */
export async function askVersion(asked: WebApi): Promise<Told<string>> {
  return mapTold(
    await ask(asked, 'RetrieveVersion()', z.object({ Version: z.string() })),
    (body) => body.Version,
  );
}

/** The version of a solution by its unique name; `null` where it is not installed. */
export async function askSolution(asked: WebApi, uniqueName: string): Promise<Told<string | null>> {
  const filter = encodeURIComponent(`uniquename eq '${uniqueName.replaceAll("'", "''")}'`);
  const told = await ask(
    asked,
    `solutions?$select=uniquename,version&$filter=${filter}`,
    listOf(z.object({ version: z.string() })),
  );
  return mapTold(told, ({ value: [solution] }) => solution?.version ?? null);
}

/** The names of a user's roles. */
export async function askRoles(asked: WebApi, userId: string): Promise<Told<string[]>> {
  const told = await ask(
    asked,
    `systemusers(${userId})/systemuserroles_association?$select=name`,
    listOf(z.object({ name: z.string() })),
  );
  return mapTold(told, ({ value }) => value.map(({ name }) => name));
}

/** How far a user holds each privilege, by its name: those of direct roles and of teams alike. */
async function askPrivileges(asked: WebApi, userId: string): Promise<Told<Partial<Record<string, Depth>>>> {
  const told = await ask(
    asked,
    `systemusers(${userId})/${CRM}.RetrieveUserPrivileges()`,
    z.object({ RolePrivileges: z.array(z.object({ PrivilegeName: z.string(), Depth: z.enum(DEPTHS) })) }),
  );
  return mapTold(told, ({ RolePrivileges }) => {
    const held = new Map<string, Depth>();
    for (const { PrivilegeName, Depth } of RolePrivileges) {
      const before = held.get(PrivilegeName);
      if (before === undefined || DEPTHS.indexOf(Depth) > DEPTHS.indexOf(before))
        held.set(PrivilegeName, Depth);
    }
    return Object.fromEntries(held);
  });
}

/** Whether a user may create leads, by whichever role or team. */
export async function askMayCreate(asked: WebApi, userId: string): Promise<Told<boolean>> {
  const told = await askPrivileges(asked, userId);
  return mapTold(told, (privileges) => privileges['prvCreateLead'] !== undefined);
}

/** How far a user holds a privilege; `null` where not at all. */
export async function askPrivilege(
  asked: WebApi,
  userId: string,
  privilege: string,
): Promise<Told<Depth | null>> {
  const told = await ask(
    asked,
    `systemusers(${userId})/${CRM}.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='${privilege}')`,
    z.object({ RolePrivileges: z.array(z.object({ Depth: z.enum(DEPTHS) })) }),
  );
  return mapTold(told, ({ RolePrivileges }) => {
    const depths = RolePrivileges.map(({ Depth }) => DEPTHS.indexOf(Depth));
    return DEPTHS[Math.max(-1, ...depths)] ?? null;
  });
}

const LEAD_TABLE = "EntityDefinitions(LogicalName='lead')";

/**
 * The columns of the lead table; `null` where the organisation has no such table.
 * @param userId for whom it is asked what is secured
 */
export async function askLeadTable(asked: WebApi, userId?: string): Promise<Told<LeadTable | null>> {
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
  const told = lookups.kind === 'known' && { lookups: lookups.value.value.map(lookupOf) };
  const secured = await askSecured(asked, userId, all.value.value);
  return { kind: 'known', value: { columns: Object.fromEntries(columns), ...told, secured } };
}

/** `CanCreate` of an attribute privilege (Dataverse Web API, `AttributePrivilege`; the choice of field permissions). */
const ALLOWED = 4;

/** Which secured columns a user may not fill; asked only where there are any. */
async function askSecured(
  asked: WebApi,
  userId: string | undefined,
  attributes: readonly z.infer<typeof Attribute>[],
): Promise<NonNullable<LeadTable['secured']>> {
  const secured = attributes.filter(({ IsSecured }) => IsSecured);
  if (secured.length === 0) return {};
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
    secured
      .filter(({ MetadataId = '' }) => !permitted || !permitted.has(MetadataId))
      .map(({ LogicalName }) => [LogicalName, permitted ? 'not-permitted' : 'unknown'] as const),
  );
}

/**
 * Whether a record of another table is there.
 * @param reference as a lookup binds it: `/campaigns(<id>)`
 * @param column one to read of it, where its table is known
 */
export async function askRecord(asked: WebApi, reference: string, column?: string): Promise<Told<boolean>> {
  const select = column === undefined ? '' : `?$select=${column}`;
  const told = await ask(asked, reference.slice(1) + select, z.looseObject({}));
  if (told.kind === 'failed' && isNotFound(told.answer)) return { kind: 'known', value: false };
  return mapTold(told, () => true);
}

/** Whether a lead is there, by its id. */
export async function askLead(asked: WebApi, leadId: string): Promise<Told<boolean>> {
  const told = await ask(asked, `leads(${leadId})?$select=leadid`, z.object({ leadid: z.guid() }));
  if (told.kind === 'failed' && isNotFound(told.answer)) return { kind: 'known', value: false };
  return mapTold(told, () => true);
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

function listOf<Row extends z.ZodType>(row: Row): z.ZodObject<{ value: z.ZodArray<Row> }> {
  return z.object({ value: z.array(row) });
}

function mapTold<From, To>(told: Told<From>, change: (value: From) => To): Told<To> {
  return told.kind === 'known' ? { kind: 'known', value: change(told.value) } : told;
}

function isNotFound(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status === 404;
}

async function ask<Shape extends z.ZodType>(
  asked: WebApi,
  resource: string,
  shape: Shape,
): Promise<Told<z.infer<Shape>>> {
  const { answer, raw } = await callWebApi(asked, resource);
  if (raw?.status === 200) {
    const parsed = shape.safeParse(parseJson(raw.body));
    if (parsed.success) return { kind: 'known', value: parsed.data };
  }
  return { kind: raw?.status === 403 ? 'forbidden' : 'failed', answer };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // A gateway in front of Dataverse may answer in HTML, even with 200.
    return undefined;
  }
}
