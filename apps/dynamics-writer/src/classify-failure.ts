/** What a failure means and what happens next: decided here, once, for every code that Dynamics and Entra ID use. */
import type { Reason } from '@leads/contracts';
import type { Answer } from './read-answer.ts';

/** What happens next. */
export type Verdict =
  | { kind: 'written' }
  /** Nobody's fault and passing: the lead is tried again. */
  | { kind: 'transient'; reason: Reason }
  /** The organisation asks to slow down: the lane waits, and this is no attempt. */
  | { kind: 'throttled'; waitMs: number; reason: Reason }
  /** Nothing of this connection can be written until somebody mends it: the lane pauses. */
  | { kind: 'connection-broken'; reason: Reason }
  /** This lead cannot be written as it is; others can. */
  | { kind: 'lead-refused'; reason: Reason };

type Kind = Exclude<Verdict['kind'], 'written'>;

/** How a code is judged: what happens next, a stable word for the cause, and what a person can do. */
interface Judgement {
  kind: Kind | 'written';
  cause: string;
  remedy: string;
}

const WAIT = 'Nothing is lost and nothing need be done: the lead is tried again by itself.';
const PACE = 'Nothing is lost and nothing need be done: leads go on at the pace the organisation permits.';
const USER =
  'In Dynamics, open Settings > Security > Users > Application Users, and add (or enable) a user with the Application ID of this connection.';
const ROLE =
  'In Dynamics, open Settings > Security > Users, select the user of this connection, choose Manage Roles and assign "Microsoft Marketplace Lead Writer".';
const PRIVILEGES =
  'In Dynamics, open Settings > Security > Security Roles > "Microsoft Marketplace Lead Writer"; give User Entity UI Settings create, read and write (User), and System Job read, write and append to (Organization). The role must be able to create leads.';
const ADMIN = 'Ask the administrator of the organisation to allow this application.';
const MAPPING = 'Correct the mapping of this connection or the column in Dynamics, then replay the lead.';
const PLUGIN = 'A plug-in or rule of the organisation refused the record: change it, then replay the lead.';

/** Dataverse's error codes, lower case (Dataverse developer guide, "Web service error codes" and "API limits"). */
export const DATAVERSE_CODES: Readonly<Record<string, Judgement>> = {
  // The primary key is the lead's own id, so whoever has it already is this lead.
  '0x80040237': { kind: 'written', cause: 'duplicate-id', remedy: '' },
  // A key that the organisation defined itself: another record stands in the way.
  '0x80060892': {
    kind: 'lead-refused',
    cause: 'duplicate-key',
    remedy: 'A record with the same key exists in Dynamics. Merge or delete it, then replay the lead.',
  },
  '0x80040333': {
    kind: 'lead-refused',
    cause: 'duplicate-rule',
    remedy:
      'A duplicate detection rule of the organisation refused the record. Change the rule, then replay the lead.',
  },
  '0x80060882': { kind: 'transient', cause: 'version-conflict', remedy: WAIT },
  '0x80044331': { kind: 'lead-refused', cause: 'value-too-long', remedy: MAPPING },
  '0x80048d19': { kind: 'lead-refused', cause: 'malformed', remedy: MAPPING },
  '0x8006088a': { kind: 'lead-refused', cause: 'unknown-column', remedy: MAPPING },
  '0x8004431a': { kind: 'lead-refused', cause: 'unknown-option', remedy: MAPPING },
  '0x80040200': {
    kind: 'lead-refused',
    cause: 'required-column',
    remedy:
      'The organisation requires a column that leads do not fill. Give it a constant in the mapping, then replay the lead.',
  },
  '0x80060890': { kind: 'connection-broken', cause: 'key-not-defined', remedy: MAPPING },
  '0x80040217': { kind: 'lead-refused', cause: 'lookup-not-found', remedy: MAPPING },
  '0x80060891': { kind: 'lead-refused', cause: 'lookup-not-found', remedy: MAPPING },
  '0x80060888': {
    kind: 'connection-broken',
    cause: 'no-lead-table',
    remedy:
      'The organisation has no lead table: Dynamics 365 Sales must be installed in it. Check the URL of this connection.',
  },
  '0x80040265': { kind: 'lead-refused', cause: 'plug-in-refused', remedy: PLUGIN },
  '0x80040220': { kind: 'connection-broken', cause: 'privilege-missing', remedy: PRIVILEGES },
  '0x80048306': { kind: 'connection-broken', cause: 'privilege-missing', remedy: PRIVILEGES },
  '0x80048405': { kind: 'connection-broken', cause: 'access-denied', remedy: PRIVILEGES },
  '0x80040231': { kind: 'connection-broken', cause: 'privilege-missing', remedy: PRIVILEGES },
  '0x80040276': {
    kind: 'connection-broken',
    cause: 'creation-disabled',
    remedy:
      'The organisation takes no new records at present, for example in administration mode. Ask its administrator.',
  },
  '0x80072560': { kind: 'connection-broken', cause: 'not-a-member', remedy: USER },
  '0x80040225': { kind: 'connection-broken', cause: 'user-disabled', remedy: USER },
  '0x80041d1f': { kind: 'connection-broken', cause: 'user-disabled', remedy: USER },
  '0x80042f09': { kind: 'connection-broken', cause: 'no-role', remedy: ROLE },
  '0x80095ffc': { kind: 'connection-broken', cause: 'application-restricted', remedy: ADMIN },
  '0x80095ffd': { kind: 'connection-broken', cause: 'address-restricted', remedy: ADMIN },
  '0x80044151': { kind: 'transient', cause: 'sql-timeout', remedy: WAIT },
  '0x80044150': { kind: 'transient', cause: 'sql-error', remedy: WAIT },
  '0x80040216': { kind: 'transient', cause: 'unexpected', remedy: WAIT },
  '0x8005f103': { kind: 'throttled', cause: 'throttled', remedy: PACE },
  '0x80060308': { kind: 'throttled', cause: 'throttled', remedy: PACE },
  '0x80072322': { kind: 'throttled', cause: 'throttled-requests', remedy: PACE },
  '0x80072321': { kind: 'throttled', cause: 'throttled-execution-time', remedy: PACE },
  '0x80072326': { kind: 'throttled', cause: 'throttled-concurrency', remedy: PACE },
  '0x8004418a': { kind: 'lead-refused', cause: 'too-large', remedy: MAPPING },
};

/** A plug-in that failed unexpectedly may recover; a lead that fails in it this often is refused. */
const PLUG_IN_UNEXPECTED = '0x80040224';
const PLUG_IN_TRIES = 5;

/** Sign-in errors that pass by themselves; any other needs somebody (Entra, "AADSTS error codes"). */
const PASSING_AADSTS = new Set(['AADSTS90033', 'AADSTS90024', 'AADSTS90006', 'AADSTS50033', 'AADSTS90012']);
const THROTTLING_AADSTS = new Set(['AADSTS90055', 'AADSTS50196']);

/** How long to hold back where nobody names a time, in milliseconds. */
const DEFAULT_WAIT_MS = 5_000;

/**
 * Judges the answer to a create.
 * @param attempts how often this lead has been tried before
 */
export function classifyAnswer(answer: Answer, attempts: number): Verdict {
  if (answer.kind === 'unreachable') {
    return verdict('transient', {
      cause: 'unreachable',
      what: `Dynamics could not be reached, or did not answer in time (${answer.code}).`,
      remedy: `${WAIT} Check the URL of the connection if this goes on.`,
    });
  }
  if (answer.status >= 200 && answer.status < 300) return { kind: 'written' };
  const code = answer.code.toLowerCase();
  const what = `Dynamics answered ${answer.status}${answer.code ? ` ${answer.code}` : ''}${answer.message ? `: ${answer.message}` : '.'}`;
  const judgement =
    code === PLUG_IN_UNEXPECTED ? judgePlugIn(attempts) : (DATAVERSE_CODES[code] ?? judgeStatus(answer));
  if (judgement.kind === 'written') return { kind: 'written' };
  return verdict(
    judgement.kind,
    { cause: judgement.cause, what, remedy: judgement.remedy },
    answer.retryAfterMs,
  );
}

/** What can be refused because the organisation's columns are other than they were when the lead was fitted to them. */
const TABLE_CAUSES = new Set(['value-too-long', 'unknown-column', 'unknown-option', 'malformed']);

/** Whether a lead was refused for a column: fitted to the organisation's lead table as it is now, it may pass. */
export function concernsTable(verdict: Verdict): boolean {
  return verdict.kind === 'lead-refused' && TABLE_CAUSES.has(verdict.reason.cause);
}

/** Judges why there is no token. */
export function classifyRefusedToken(reason: Reason & { transient: boolean }): Verdict {
  const { transient, ...words } = reason;
  if (THROTTLING_AADSTS.has(reason.cause)) return verdict('throttled', words);
  if (transient || PASSING_AADSTS.has(reason.cause)) return verdict('transient', words);
  return verdict('connection-broken', words);
}

function verdict(kind: Kind, reason: Reason, waitMs = DEFAULT_WAIT_MS): Verdict {
  return kind === 'throttled' ? { kind, reason, waitMs } : { kind, reason };
}

function judgePlugIn(attempts: number): Judgement {
  return attempts + 1 < PLUG_IN_TRIES
    ? { kind: 'transient', cause: 'plug-in-failed', remedy: WAIT }
    : { kind: 'lead-refused', cause: 'plug-in-failed', remedy: PLUGIN };
}

/** By status alone, where the code is none that is known. */
function judgeStatus(answer: { status: number; code: string }): Judgement {
  const { status } = answer;
  if (status === 429) return { kind: 'throttled', cause: 'throttled', remedy: PACE };
  if (status === 401) {
    return {
      kind: 'connection-broken',
      cause: 'token-refused',
      remedy: 'Check that the Directory ID and the URL of this connection belong to the same organisation.',
    };
  }
  if (status === 403) return { kind: 'connection-broken', cause: 'forbidden', remedy: `${USER} ${ROLE}` };
  if (status === 404 || status === 405 || (status >= 300 && status < 400)) {
    return {
      kind: 'connection-broken',
      cause: 'not-an-organization',
      remedy: 'Check the URL of this connection: no Dynamics 365 organisation answers there.',
    };
  }
  if (status === 413) return { kind: 'lead-refused', cause: 'too-large', remedy: MAPPING };
  // Without a code it is some proxy that speaks, not Dynamics, and it says nothing about the lead.
  if ((status === 400 || status === 412) && answer.code !== '') {
    return { kind: 'lead-refused', cause: 'refused', remedy: MAPPING };
  }
  return { kind: 'transient', cause: `http-${status}`, remedy: WAIT };
}
