/** What each answer to a Validate's question means, in the words of the set-up guide; pure. */
import type { Reason } from '@leads/contracts';
import type { MappingFault } from './apply-mapping.ts';
import { type Depth, DEPTHS, type Told } from './ask-organization.ts';
import { classifyAnswer } from './classify-failure.ts';
import type { TestLeadEnd } from './deliver-test-lead.ts';
import type { Answer } from './read-answer.ts';

/** `unread`: the role may not ask this; the test lead decides. */
export type Finding =
  | { status: 'passed' }
  | { status: 'warning' | 'failed'; cause: string; remedy: string }
  | { status: 'unread'; cause: string };

/** One grant of the role, and where the guide has it made. */
export interface GuidePrivilege {
  privilege: string;
  /** The least depth that will do. */
  depth: Depth;
  remedy: string;
}

const ROLE =
  'In Dynamics, open Advanced Settings > Settings > Security > Security Roles > "Microsoft Marketplace Lead Writer"';

function uiSettings(verb: 'Create' | 'Read' | 'Write'): GuidePrivilege {
  return {
    privilege: `prv${verb}UserEntityUISettings`,
    depth: 'Basic',
    remedy: `${ROLE}. On the tab Core Records, set ${verb} of User Entity UI Settings to User (a yellow circle, one quarter full).`,
  };
}

function systemJob(verb: 'Read' | 'Write' | 'AppendTo'): GuidePrivilege {
  return {
    privilege: `prv${verb}AsyncOperation`,
    depth: 'Global',
    remedy: `${ROLE}. On the tab Customization, set ${verb} of System Job to Organization (a full green circle).`,
  };
}

/** What the set-up guide has the role hold. */
export const GUIDE_PRIVILEGES: readonly GuidePrivilege[] = [
  {
    privilege: 'prvCreateLead',
    depth: 'Basic',
    remedy: `In Dynamics, open Advanced Settings > Settings > Security > Users, select the user of this connection, choose Manage Roles and assign "Microsoft Marketplace Lead Writer".`,
  },
  uiSettings('Create'),
  uiSettings('Read'),
  uiSettings('Write'),
  systemJob('Read'),
  systemJob('Write'),
  systemJob('AppendTo'),
];

/** @param held how far the user holds it; `null` where not at all */
export function holdsPrivilege({ privilege, depth, remedy }: GuidePrivilege, held: Depth | null): Finding {
  if (held !== null && DEPTHS.indexOf(held) >= DEPTHS.indexOf(depth)) return { status: 'passed' };
  const cause =
    held === null
      ? `The user of this connection does not hold the privilege ${privilege}.`
      : `The user of this connection holds the privilege ${privilege} only at the level ${held}; ${depth} is needed.`;
  return { status: 'failed', cause, remedy };
}

/** A question about the organisation that got no answer: forbidden, or for a reason of the connection's. */
export function noAnswer(answer: Answer): Finding {
  const isUnread =
    answer.kind === 'answered' && answer.status === 403 && UNREAD_CODES.has(answer.code.toLowerCase());
  if (isUnread) return { status: 'unread', cause: 'The role of this connection may not read this.' };
  const verdict = classifyAnswer(answer, 0);
  if (verdict.kind === 'written') {
    return {
      status: 'warning',
      cause: 'Dynamics answered in a form that is not known.',
      remedy: 'Validate again later. If it stays so, ask the operators.',
    };
  }
  const { what: cause, remedy } = verdict.reason;
  return { status: verdict.kind === 'connection-broken' ? 'failed' : 'warning', cause, remedy };
}

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

export const CONNECTION_UNKNOWN: Reason = {
  cause: 'connection-unknown',
  what: 'The Dynamics writer has not heard of this connection, so nothing was looked at in Dynamics. No lead is lost.',
  remedy:
    'Save the connection again, which announces it anew, and validate again. If it stays so, ask the operators whether Kafka and the Dynamics writer work.',
};

export const CONNECTION_DELETED: Reason = {
  cause: 'connection-deleted',
  what: 'The connection was deleted, so nothing was looked at in Dynamics.',
  remedy: 'Nothing need be done. To have leads delivered again, connect the offer anew.',
};

export const OUT_OF_TIME: Reason = {
  cause: 'out-of-time',
  what: 'The Validate was not through after five minutes and was broken off. No lead is lost.',
  remedy:
    'Validate again. If it stays so, ask the operators whether the Dynamics writer, its database and Kafka work.',
};

export const BROKE_OFF: Reason = {
  cause: 'broke-off',
  what: 'The Dynamics writer failed over this Validate again and again. No lead is lost.',
  remedy: 'Ask the operators to look into the log of the Dynamics writer, then validate again.',
};

export function findingOfTestLead(end: TestLeadEnd): Finding {
  if (end.kind === 'written') return { status: 'passed' };
  if (end.kind === 'refused') {
    return { status: 'failed', cause: end.reason.what, remedy: `${end.reason.remedy} Then validate again.` };
  }
  return {
    status: 'failed',
    cause: `The test lead was not written in time. ${end.reason?.what ?? 'No writer has taken it up.'}`,
    remedy: `${end.reason?.remedy ?? 'Ask the operators whether the Dynamics writer runs.'} Then validate again.`,
  };
}

export function findingOfLead(told: Told<boolean>): Finding {
  if (told.kind !== 'known') {
    return {
      status: 'warning',
      cause: 'Dynamics took the test lead, but the role of this connection may not read it back.',
      remedy: 'Nothing need be done: leads are written. Look for MSFT_TEST among the leads in Dynamics.',
    };
  }
  if (told.value) return { status: 'passed' };
  return {
    status: 'failed',
    cause: 'Dynamics took the test lead, but it is not there.',
    remedy:
      'A workflow or plug-in of the organisation may delete or move new leads: ask its administrator. Then validate again.',
  };
}
