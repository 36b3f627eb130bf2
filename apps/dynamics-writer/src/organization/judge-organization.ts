/** What an organisation said of itself, held against what leads need; pure. Nothing here keeps a lead from being sent. */
import type { Reason } from '@leads/contracts';
import { CHECKS, inWords, LEAD_WRITER_ROLE } from '@leads/contracts/validation';
import type { Told } from './ask-organization.ts';
import { TOO_LARGE } from './without-translations.ts';
import type { LeadTable } from '../mapping/lead-table.ts';

/** One answer: what it is, or why it is not known. */
export type Read<Value> = { known: Value } | { unknown: string };

export interface OrganizationReading {
  /** The origin that was asked. */
  organization: string;
  version: Read<string>;
  /** The version of the lead writer solution; `null` where it is not installed. */
  solution: Read<string | null>;
  /** Those that are assigned directly; roles also come through teams. */
  roles: Read<string[]>;
  /** Whether the user may create leads, by whichever role or team; absent where that was not read. */
  mayCreate?: Read<boolean>;
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

const STILL = 'Leads are written as long as the organization takes them.';

/** What its owner should know of, without delay and once. */
export function judgeOrganization(reading: OrganizationReading, expected: Expected): Reason[] {
  const solution =
    'known' in reading.solution ? judgeSolution(reading.solution.known, reading, expected) : undefined;
  const role = 'known' in reading.roles ? judgeRoles(reading.roles.known, reading.mayCreate) : undefined;
  const table =
    'known' in reading.table ? judgeTable(reading.table.known) : judgeUnread(reading.table.unknown);
  return [solution, role, table].filter((warning) => warning !== undefined);
}

/** @param found the solution's version; `null` where it is not installed */
export function judgeSolution(
  found: string | null,
  { version }: Pick<OrganizationReading, 'version'>,
  expected: Expected,
): Reason | undefined {
  const where = 'known' in version ? ` The organization has version ${version.known}.` : '';
  if (found === null) {
    return {
      cause: 'solution-missing',
      what: `The lead writer solution (${expected.solution}) is not installed; version ${expected.version} is expected.${where} ${STILL}`,
      remedy: inWords(CHECKS.solution.remedy),
    };
  }
  const versions = `The lead writer solution (${expected.solution}) has version ${found}; version ${expected.version} is expected.${where} ${STILL}`;
  if (compareVersions(found, expected.version) < 0) {
    return { cause: 'solution-older', what: versions, remedy: inWords(CHECKS.solution.remedy) };
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

/** @param mayCreate what the role is for; where the user may, it does not matter by which role or team */
export function judgeRoles(roles: string[], mayCreate?: Read<boolean>): Reason | undefined {
  if (roles.includes(LEAD_WRITER_ROLE) || (mayCreate && 'known' in mayCreate && mayCreate.known))
    return undefined;
  const others = roles.length > 0 ? `, only ${roles.map((role) => `"${role}"`).join(', ')}` : '';
  return {
    cause: 'role-missing',
    what: `The user of this connection does not have the role "${LEAD_WRITER_ROLE}"${others}. ${STILL}`,
    remedy: inWords(CHECKS.role.remedy),
  };
}

export function judgeTable(table: LeadTable | null): Reason | undefined {
  if (table !== null) return undefined;
  return {
    cause: 'no-lead-table',
    what: 'The organization has no lead table.',
    remedy: inWords(CHECKS['lead-table'].remedy),
  };
}

/** @param why the table is not known; what the role may not read is no matter */
export function judgeUnread(why: string): Reason | undefined {
  if (why !== TABLE_TOO_LARGE) return undefined;
  return {
    cause: 'lead-table-unread',
    what: `${TABLE_TOO_LARGE} Leads are fitted to the standard columns. ${STILL}`,
    remedy:
      'Ask the operators of this system. Choices of leads with many thousand options make the description large.',
  };
}

const TABLE_TOO_LARGE = 'The description of the lead table is larger than can be read.';

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
      return told.answer.kind === 'unreachable' && told.answer.code === TOO_LARGE
        ? { unknown: TABLE_TOO_LARGE }
        : undefined;
  }
}
