/** What each answer to a Validate's question means, in the words of the set-up guide; pure. */
import type { Reason } from '@leads/contracts';
import {
  CHECKS,
  compareUrl,
  type Depth,
  DEPTHS,
  type GUIDE_PRIVILEGES,
  type GuidePrivilege,
  inWords,
  setPrivileges,
} from '@leads/contracts/validation';
import type { Finding } from '@leads/delivery';
import type { MappingFault } from '../mapping/apply-mapping.ts';
import type { Told } from '../organization/ask-organization.ts';
import { judgeAnswer } from '../dynamics/judge-answer.ts';
import type { Answer } from '../dynamics/web-api.ts';

/** @param held how far the user holds it; `null` where not at all */
export function holdsPrivilege(wanted: (typeof GUIDE_PRIVILEGES)[number], held: Depth | null): Finding {
  const { privilege, depth } = wanted;
  if (held !== null && DEPTHS.indexOf(held) >= DEPTHS.indexOf(depth)) return { status: 'passed' };
  const cause =
    held === null
      ? `The user of this connection does not hold the privilege ${privilege}.`
      : `The user of this connection holds the privilege ${privilege} only at the level ${held}; ${depth} is needed.`;
  const remedy = inWords(CHECKS[`privilege-${privilege}`].remedy);
  // A role of the customer's own may do without what the guide has set.
  return { status: 'doubtful', cause, remedy };
}

/** A question about the organisation that got no answer: forbidden, or for a reason of the connection's. */
export function noAnswer(answer: Answer): Finding {
  const isUnread =
    answer.kind === 'answered' && answer.status === 403 && UNREAD_CODES.has(answer.code.toLowerCase());
  if (isUnread) return { status: 'unread', cause: 'The role of this connection may not read this.' };
  const { isOfConnection, reason } = refusalIn(answer);
  const { what: cause, remedy } = reason;
  return { status: isOfConnection ? 'failed' : 'warning', cause, remedy };
}

/** No answer to what everything stands on: whatever the reason, nothing was seen to work. */
export function failedFor(answer: Answer, before = ''): Finding {
  const { what, remedy } = refusalIn(answer).reason;
  return { status: 'failed', cause: before + what, remedy: `${remedy} Then validate again.` };
}

/** Why there is no answer, and whether that is something which every lead needs. */
function refusalIn(answer: Answer): { isOfConnection: boolean; reason: Reason } {
  const reading = judgeAnswer(answer, '', '');
  if (reading.kind === 'written' || reading.reason.cause === 'not-confirmed') {
    return { isOfConnection: false, reason: UNKNOWN_FORM };
  }
  const { reason } = reading;
  const isOfConnection =
    reading.kind === 'refused' && (reading.suspect === 'connection' || reason.cause === 'forbidden');
  return { isOfConnection, reason };
}

const UNKNOWN_FORM: Reason = {
  cause: 'unknown-form',
  what: 'The answer is not in the form of Dynamics: something else may have answered, such as a sign-in page or a proxy.',
  remedy: `${inWords(compareUrl)} If it stays so, ask the operators.`,
};

/** A privilege is missing: to create that breaks a connection, to read it does not. */
const UNREAD_CODES = new Set(['0x80040220', '0x80048306', '0x80048405', '0x80040231']);

export function warn(reason: Reason | undefined): Finding {
  return reason ? { status: 'warning', cause: reason.what, remedy: reason.remedy } : { status: 'passed' };
}

export function mappingFinding(faults: MappingFault[]): Finding {
  if (faults.length === 0) return { status: 'passed' };
  return {
    status: 'warning',
    cause: faults.map(({ what }) => what).join(' '),
    remedy: faults.map(({ remedy }) => remedy).join(' '),
  };
}

/** Not of the set-up guide: leads are written without it. */
const READ_LEAD: GuidePrivilege = { privilege: 'prvReadLead', table: 'Lead', verb: 'Read', depth: 'Basic' };

export function findingOfLead(told: Told<boolean>): Finding {
  if (told.kind === 'failed') {
    return failedFor(
      told.answer,
      'Dynamics took the test lead, but it could not be looked up, so that it was not seen. ',
    );
  }
  if (told.kind === 'forbidden') {
    return {
      status: 'warning',
      cause:
        'Dynamics took the test lead, but the role of this connection may not read it back. Leads are written; but where an answer of Dynamics is lost, nobody can look whether its lead is there, and one that a plug-in then refuses as a duplicate counts as written.',
      remedy: `${inWords([setPrivileges([READ_LEAD])])} Look for MSFT_TEST among the leads in Dynamics.`,
    };
  }
  if (told.value) return { status: 'passed' };
  return {
    status: 'failed',
    cause: 'Dynamics took the test lead, but it is not there.',
    remedy:
      'A workflow or plug-in of the organization may delete or move new leads: ask its administrator. Then validate again.',
  };
}
