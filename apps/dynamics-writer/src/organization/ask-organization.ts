/** Questions to an organisation's Web API: who asks and with which privileges, its version, solutions and records. GET only. */
import { type Depth, DEPTHS } from '@leads/contracts/validation';
import { z } from 'zod';
import { type Answer, callWebApi, CRM, type WebApi } from '../dynamics/web-api.ts';

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

/** How far a user holds each privilege, by its name. */
export type Privileges = Partial<Record<string, Depth>>;

/** How far a user holds each privilege, by its name: those of direct roles and of teams alike. */
export async function askPrivileges(asked: WebApi, userId: string): Promise<Told<Privileges>> {
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
export function mayCreate(privileges: Told<Privileges>): Told<boolean> {
  return mapTold(privileges, (held) => held['prvCreateLead'] !== undefined);
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

/** The shape of a list of records. */
export function listOf<Row extends z.ZodType>(row: Row): z.ZodObject<{ value: z.ZodArray<Row> }> {
  return z.object({ value: z.array(row) });
}

/** What was told, made into something else where it is known. */
export function mapTold<From, To>(told: Told<From>, change: (value: From) => To): Told<To> {
  return told.kind === 'known' ? { kind: 'known', value: change(told.value) } : told;
}

export function isNotFound(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status === 404;
}

/** One question; what is not in the shape that was asked for is no answer. */
export async function ask<Shape extends z.ZodType>(
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
