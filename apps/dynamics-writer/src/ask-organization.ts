/** Questions to an organisation's Web API: who asks, its version, its solutions, roles and lead table. GET only. */
import type { Outbound } from '@leads/service';
import { z } from 'zod';
import type { Destination } from './create-lead.ts';
import type { ColumnKind, LeadColumn, LeadTable } from './lead-table.ts';
import { type Answer, networkCode, readError, retryAfterMs } from './read-answer.ts';

/** What a question came to. `forbidden`: the role may not ask this, which says nothing against the connection. */
export type Told<Value> =
  | { kind: 'known'; value: Value }
  | { kind: 'forbidden'; answer: Answer }
  | { kind: 'failed'; answer: Answer };

/** Where the questions go. */
export type Asked = Omit<Destination, 'http'> & { http: Pick<Outbound, 'send'> };

const HEADERS = { accept: 'application/json', 'odata-version': '4.0', 'odata-maxversion': '4.0' };
const CRM = 'Microsoft.Dynamics.CRM';

/** The user that the token stands for (`WhoAmI`). */
export async function askWhoAmI(asked: Asked): Promise<Told<{ userId: string }>> {
  const told = await ask(asked, 'WhoAmI', z.object({ UserId: z.guid() }));
  return mapTold(told, ({ UserId }) => ({ userId: UserId }));
}

/** The organisation's version, e.g. `9.2.26114.00168`. */
export async function askVersion(asked: Asked): Promise<Told<string>> {
  return mapTold(
    await ask(asked, 'RetrieveVersion()', z.object({ Version: z.string() })),
    (body) => body.Version,
  );
}

/** The version of a solution by its unique name; `null` where it is not installed. */
export async function askSolution(asked: Asked, uniqueName: string): Promise<Told<string | null>> {
  const filter = encodeURIComponent(`uniquename eq '${uniqueName.replaceAll("'", "''")}'`);
  const told = await ask(
    asked,
    `solutions?$select=uniquename,version&$filter=${filter}`,
    listOf(z.object({ version: z.string() })),
  );
  return mapTold(told, ({ value: [solution] }) => solution?.version ?? null);
}

/** The names of a user's roles. */
export async function askRoles(asked: Asked, userId: string): Promise<Told<string[]>> {
  const told = await ask(
    asked,
    `systemusers(${userId})/systemuserroles_association?$select=name`,
    listOf(z.object({ name: z.string() })),
  );
  return mapTold(told, ({ value }) => value.map(({ name }) => name));
}

/** How far a privilege of a user reaches, shallow to deep. */
export const DEPTHS = ['Basic', 'Local', 'Deep', 'Global'] as const;
export type Depth = (typeof DEPTHS)[number];

/** How far a user holds a privilege; `null` where not at all. */
export async function askPrivilege(
  asked: Asked,
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

/** The columns of the lead table; `null` where the organisation has no such table. */
export async function askLeadTable(asked: Asked): Promise<Told<LeadTable | null>> {
  const attributes = "EntityDefinitions(LogicalName='lead')/Attributes";
  const lengths = listOf(z.object({ LogicalName: z.string(), MaxLength: z.number().nullish() }));
  const [all, texts, memos, options] = await Promise.all([
    ask(asked, `${attributes}?$select=LogicalName,AttributeType,IsValidForCreate`, listOf(Attribute)),
    ask(asked, `${attributes}/${CRM}.StringAttributeMetadata?$select=LogicalName,MaxLength`, lengths),
    ask(asked, `${attributes}/${CRM}.MemoAttributeMetadata?$select=LogicalName,MaxLength`, lengths),
    ask(
      asked,
      `${attributes}/${CRM}.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)`,
      listOf(Picklist),
    ),
  ]);
  if (all.kind !== 'known') return isNotFound(all.answer) ? { kind: 'known', value: null } : all;
  for (const told of [texts, memos, options]) if (told.kind !== 'known') return told;
  const columns = new Map<string, LeadColumn>();
  for (const { LogicalName, AttributeType, IsValidForCreate } of all.value.value) {
    if (IsValidForCreate !== false) columns.set(LogicalName, { kind: KINDS[AttributeType] ?? 'other' });
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
    for (const { LogicalName, OptionSet } of options.value.value) {
      const column = columns.get(LogicalName);
      if (!column || !OptionSet) continue;
      column.options = OptionSet.Options.map(({ Value, Label }) => ({
        value: Value,
        label: Label?.UserLocalizedLabel?.Label ?? '',
      }));
    }
  }
  return { kind: 'known', value: { columns: Object.fromEntries(columns) } };
}

/** Whether a lead is there, by its id. */
export async function askLead(asked: Asked, leadId: string): Promise<Told<boolean>> {
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
});
const Label = z.object({ UserLocalizedLabel: z.object({ Label: z.string() }).nullish() });
const Picklist = z.object({
  LogicalName: z.string(),
  OptionSet: z
    .object({ Options: z.array(z.object({ Value: z.number(), Label: Label.nullish() })) })
    .nullish(),
});

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
  { http, organization, accessToken }: Asked,
  resource: string,
  shape: Shape,
): Promise<Told<z.infer<Shape>>> {
  try {
    const got = await http.send({
      url: `${organization}/api/data/v9.2/${resource}`,
      method: 'GET',
      headers: { ...HEADERS, authorization: `Bearer ${accessToken}` },
    });
    if (got.status === 200) {
      const parsed = shape.safeParse(parseJson(got.body));
      if (parsed.success) return { kind: 'known', value: parsed.data };
    }
    const answer: Answer = {
      kind: 'answered',
      status: got.status,
      ...readError(got.body),
      retryAfterMs: retryAfterMs(got.headers['retry-after'], Date.now()),
    };
    return { kind: got.status === 403 ? 'forbidden' : 'failed', answer };
  } catch (error) {
    return { kind: 'failed', answer: { kind: 'unreachable', code: networkCode(error) } };
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // A gateway in front of Dataverse may answer in HTML, even with 200.
    return undefined;
  }
}
