/** What an organisation said of itself, held against what leads need; pure. Nothing here keeps a lead from being sent. */
import type { Reason } from '@leads/contracts';
import type { Told } from './ask-organization.ts';
import type { LeadTable } from './lead-table.ts';

/** One answer: what it is, or why it is not known. */
export type Read<Value> = { known: Value } | { unknown: string };

export interface OrganizationReading {
  /** The origin that was asked. */
  organization: string;
  version: Read<string>;
  /** The version of the lead writer solution; `null` where it is not installed. */
  solution: Read<string | null>;
  roles: Read<string[]>;
  /** `null` where the organisation has no lead table. */
  table: Read<LeadTable | null>;
}

/** What is expected of every organisation. */
export interface Expected {
  /** The solution's unique name. */
  solution: string;
  version: string;
}

/** The version of the lead writer solution that this product was made for. */
export const EXPECTED_VERSION = '1.0.0.0';

/** The role that the solution brings. */
export const LEAD_WRITER_ROLE = 'Microsoft Marketplace Lead Writer';

const IMPORT =
  'In Dynamics, open Advanced Settings > Settings > Solutions, choose Import and select the Microsoft Marketplace Lead Writer solution.';
const ASSIGN =
  'In Dynamics, open Advanced Settings > Settings > Security > Users, select the user of this connection, choose Manage Roles and assign "Microsoft Marketplace Lead Writer".';
const SALES = 'The organisation needs Dynamics 365 Sales. Check the URL of this connection.';
const STILL = 'Leads are written as long as the organisation takes them.';

/** What its owner should know of, without delay and once. */
export function judgeOrganization(reading: OrganizationReading, expected: Expected): Reason[] {
  const solution =
    'known' in reading.solution ? judgeSolution(reading.solution.known, reading, expected) : undefined;
  const role = 'known' in reading.roles ? judgeRoles(reading.roles.known) : undefined;
  const table = 'known' in reading.table ? judgeTable(reading.table.known) : undefined;
  return [solution, role, table].filter((warning) => warning !== undefined);
}

/** @param found the solution's version; `null` where it is not installed */
export function judgeSolution(
  found: string | null,
  { version }: Pick<OrganizationReading, 'version'>,
  expected: Expected,
): Reason | undefined {
  const where = 'known' in version ? ` The organisation has version ${version.known}.` : '';
  if (found === null) {
    return {
      cause: 'solution-missing',
      what: `The lead writer solution (${expected.solution}) is not installed; version ${expected.version} is expected.${where} ${STILL}`,
      remedy: IMPORT,
    };
  }
  const versions = `The lead writer solution (${expected.solution}) has version ${found}; version ${expected.version} is expected.${where} ${STILL}`;
  if (compareVersions(found, expected.version) < 0) {
    return { cause: 'solution-older', what: versions, remedy: IMPORT };
  }
  if (partsOf(found)[0] !== partsOf(expected.version)[0]) {
    return {
      cause: 'solution-newer',
      what: versions,
      remedy: 'Nothing need be done. Look whether leads in Dynamics are as they should be.',
    };
  }
  return undefined;
}

export function judgeRoles(roles: string[]): Reason | undefined {
  if (roles.includes(LEAD_WRITER_ROLE)) return undefined;
  const others = roles.length > 0 ? `, only ${roles.map((role) => `"${role}"`).join(', ')}` : '';
  return {
    cause: 'role-missing',
    what: `The user of this connection does not have the role "${LEAD_WRITER_ROLE}"${others}. ${STILL}`,
    remedy: ASSIGN,
  };
}

export function judgeTable(table: LeadTable | null): Reason | undefined {
  if (table !== null) return undefined;
  return { cause: 'no-lead-table', what: 'The organisation has no lead table.', remedy: SALES };
}

/** Negative where `one` is older than `other`; missing parts count as 0. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [partsOf(one), partsOf(other)];
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function partsOf(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0);
}

/** An answer as it is kept; `undefined` where the question must be asked again. */
export function readOf<Value>(told: Told<Value>): Read<Value> | undefined {
  switch (told.kind) {
    case 'known':
      return { known: told.value };
    case 'forbidden':
      return { unknown: 'The role of this connection may not read it.' };
    case 'failed':
      return undefined;
  }
}
