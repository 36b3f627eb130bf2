/** What an answer to a create says by itself, and why there is no token: each code, status and text, once. */
import type { Reason } from '@leads/contracts';
import {
  allowAddress,
  allowApplication,
  assignRole,
  changeDetails,
  compareUrl,
  createApplicationUser,
  enableUser,
  GUIDE_PRIVILEGES,
  type Instruction,
  inWords,
  LEAD_WRITER_ROLE,
  openEnvironment,
  permitColumn,
  setPrivileges,
} from '@leads/contracts/validation';
import type { Away, Reading, Refused, Suspect, Unclear, Written } from '@leads/delivery';
import { classOfText, type Named, namedIn, sameWords } from './refusal-text.ts';
import type { RefusedToken } from '../tokens/tokens.ts';
import { type Answer, readThrottle } from './web-api.ts';

/** How a code is read: whom it points at, a stable word for the cause, and what a person can do about what it names. */
interface Entry {
  suspect: Suspect;
  cause: string;
  remedy: (named: Named) => string;
}

const WAIT = 'Nothing is lost and nothing need be done: the lead is tried again by itself.';
const PACE =
  'Nothing is lost and nothing need be done: leads go on at the pace that the organization permits.';
const REPLAY = 'Then replay the lead.';
const PASSES = `It mostly passes: the lead is tried again by itself, several times. Where it is dead in the end, ask the administrator of the organization what goes on failing. ${REPLAY}`;

const saying = (sentence: string) => (): string => sentence;
const steps =
  (...instructions: readonly Instruction[]) =>
  (): string =>
    inWords(instructions);

/** Dataverse's error codes, lower case (Dataverse developer guide, "Web service error codes"; the others seen in the field). */
export const REFUSALS: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ['0x80060882', { suspect: 'nobody', cause: 'version-conflict', remedy: saying(PASSES) }],
  ['0x80044331', { suspect: 'lead', cause: 'value-too-long', remedy: columnRemedy }],
  ['0x80048d19', { suspect: 'lead', cause: 'malformed', remedy: columnRemedy }],
  ['0x8006088a', { suspect: 'lead', cause: 'unknown-column', remedy: columnRemedy }],
  ['0x8004431a', { suspect: 'lead', cause: 'unknown-option', remedy: columnRemedy }],
  ['0x80040200', { suspect: 'rule', cause: 'required-column', remedy: requiredRemedy }],
  ['0x80060890', { suspect: 'connection', cause: 'key-not-defined', remedy: columnRemedy }],
  ['0x80040217', { suspect: 'lead', cause: 'lookup-not-found', remedy: lookupRemedy }],
  ['0x80060891', { suspect: 'lead', cause: 'lookup-not-found', remedy: lookupRemedy }],
  ['0x80060888', { suspect: 'connection', cause: 'no-lead-table', remedy: steps(...compareUrl) }],
  ['0x80040265', { suspect: 'rule', cause: 'plug-in-refused', remedy: pluginRemedy }],
  ['0x80040224', { suspect: 'rule', cause: 'plug-in-failed', remedy: pluginRemedy }],
  ['0x80040220', { suspect: 'connection', cause: 'privilege-missing', remedy: privilegeRemedy }],
  ['0x80048306', { suspect: 'connection', cause: 'privilege-missing', remedy: privilegeRemedy }],
  ['0x80040231', { suspect: 'connection', cause: 'privilege-missing', remedy: privilegeRemedy }],
  ['0x80048405', { suspect: 'connection', cause: 'access-denied', remedy: privilegeRemedy }],
  ['0x8004f502', { suspect: 'lead', cause: 'column-secured', remedy: securedRemedy }],
  ['0x80040276', { suspect: 'connection', cause: 'creation-disabled', remedy: steps(openEnvironment) }],
  ['0x8004a104', { suspect: 'connection', cause: 'organization-disabled', remedy: steps(openEnvironment) }],
  [
    '0x80072560',
    { suspect: 'connection', cause: 'not-a-member', remedy: steps(createApplicationUser, assignRole) },
  ],
  ['0x80040225', { suspect: 'connection', cause: 'user-disabled', remedy: steps(enableUser) }],
  ['0x80041d1f', { suspect: 'connection', cause: 'user-disabled', remedy: steps(enableUser) }],
  ['0x80042f09', { suspect: 'connection', cause: 'no-role', remedy: steps(assignRole) }],
  ['0x80095ffc', { suspect: 'connection', cause: 'application-restricted', remedy: steps(allowApplication) }],
  ['0x80095ffd', { suspect: 'connection', cause: 'address-restricted', remedy: addressRemedy }],
  ['0x80044151', { suspect: 'nobody', cause: 'sql-timeout', remedy: saying(PASSES) }],
  ['0x80044150', { suspect: 'nobody', cause: 'sql-error', remedy: saying(PASSES) }],
  ['0x80040216', { suspect: 'nobody', cause: 'unexpected', remedy: saying(PASSES) }],
  ['0x80040251', { suspect: 'nobody', cause: 'no-transaction', remedy: saying(PASSES) }],
  ['0x80073000', { suspect: 'nobody', cause: 'sql-network', remedy: saying(PASSES) }],
  ['0x8004418a', { suspect: 'lead', cause: 'too-large', remedy: columnRemedy }],
]);

/** An id or a key is taken, by this lead or by another record: only a look tells. As what it is refused where none shows it. */
const TAKEN: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ['0x80040237', { suspect: 'rule', cause: 'duplicate-of-another', remedy: pluginRemedy }],
  [
    '0x80060892',
    {
      suspect: 'lead',
      cause: 'duplicate-key',
      remedy: saying(`Another record in Dynamics has the same key. Merge or delete it. ${REPLAY}`),
    },
  ],
  [
    '0x80040333',
    {
      suspect: 'lead',
      cause: 'duplicate-rule',
      remedy: saying(
        `A duplicate detection rule of the organization refuses the record. Change the rule. ${REPLAY}`,
      ),
    },
  ],
]);

/** No connection came about, so nothing can have had its effect. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What can be refused because the organization's columns are other than they were when the lead was fitted to them. */
const TABLE_CAUSES = new Set([
  'value-too-long',
  'unknown-column',
  'unknown-option',
  'malformed',
  'column-refused',
]);

/** Who answers so stands in front of Dynamics, and does not know what became of the request. */
const OF_A_GATEWAY = new Set([408, 500, 502, 504]);

/**
 * Reads the answer to a create.
 * @param leadId also the id of the record that was to be made
 * @param organization its origin
 */
export function judgeAnswer(answer: Answer, leadId: string, organization: string): Reading {
  const record = { crmId: leadId, organization };
  if (answer.kind === 'unreachable') {
    const kind = NOT_SENT.has(answer.code) ? 'away' : 'unclear';
    return { kind, reason: unreachable(answer.code), said: { code: answer.code } };
  }
  const { status, message } = answer;
  const said = { status, code: answer.code };
  const code = answer.code.toLowerCase();
  if (status >= 200 && status < 300) {
    const isOurs = answer.madeId === leadId.toLowerCase() && isAt(answer.madeAt, organization);
    if (isOurs) return { kind: 'written', record };
    return { kind: 'unclear', reason: notConfirmed(status), said };
  }
  const what = `Dynamics answered ${status}${code ? ` ${answer.code}` : ''}${message ? `: ${message}` : '.'}`;
  const asked = readThrottle(answer);
  // An organization that says why it is away is no organization that has too much to do, but left alone all the same.
  const isRefusal = status === 503 && REFUSALS.has(code);
  if (asked && !isRefusal) {
    const { cause, waitMs, limit } = asked;
    const reason = { cause, what, remedy: status === 503 ? WAIT : PACE };
    return { kind: 'throttled', waitMs, reason, said, limit };
  }
  const named = namedIn(message);
  const taken = TAKEN.get(code) ?? takenByText(code, message);
  if (taken) return takenId(taken, { what, named, message, said }, record);
  const entry = passing(message) ?? known(code, named) ?? (code === '' ? undefined : byText(message));
  const told = { what, named, message, said, ...(asked && { waitMs: asked.waitMs }) };
  return entry ? refused(entry, told) : byStatus(answer, told);
}

/** Judges why there is no token; what Entra ID's numbers mean the credentials service has said. */
export function judgeRefusedToken({ cause, what, remedy, transient }: RefusedToken): Away | Refused {
  const reason = { cause, what, remedy };
  return transient
    ? { kind: 'away', reason }
    : { kind: 'refused', suspect: 'connection', signature: cause, reason };
}

/** What an answer told, in its own words and in ours. */
interface Said {
  what: string;
  named: Named;
  message: string;
  said: { status: number; code: string };
  /** How long to leave it alone, where it says so. */
  waitMs?: number;
}

function refused({ suspect, cause, remedy }: Entry, { what, named, message, said, waitMs }: Said): Refused {
  const told = named.privilege?.name ?? named.column ?? sameWords(message);
  return {
    kind: 'refused',
    suspect,
    signature: `${said.code.toLowerCase() || said.status} ${told}`.trim(),
    reason: { cause, what, remedy: remedy(named) },
    said,
    ...(TABLE_CAUSES.has(cause) && { isDoubtful: true }),
    ...(waitMs !== undefined && { waitMs }),
  };
}

/** Whatever the code: a text that says so passes by itself in the field. */
function passing(text: string): Entry | undefined {
  return classOfText(text) === 'try-again'
    ? { suspect: 'nobody', cause: 'passing', remedy: saying(PASSES) }
    : undefined;
}

/** A privilege on another table is what some plug-in needs for some leads, not what all need. */
function known(code: string, { privilege }: Named): Entry | undefined {
  const entry = REFUSALS.get(code);
  const isOthers = privilege !== undefined && privilege.table !== 'lead' && !isOfGuide(privilege.name);
  return entry && isOthers && entry.suspect === 'connection' ? { ...entry, suspect: 'rule' } : entry;
}

function byText(text: string): Entry {
  switch (classOfText(text)) {
    case 'try-again':
      return { suspect: 'nobody', cause: 'passing', remedy: saying(PASSES) };
    case 'disabled':
      return { suspect: 'connection', cause: 'disabled', remedy: steps(openEnvironment, enableUser) };
    case 'address':
      return { suspect: 'connection', cause: 'address-restricted', remedy: addressRemedy };
    case 'privilege':
      return known('0x80040220', namedIn(text)) ?? UNKNOWN;
    case 'missing-record':
      return { suspect: 'lead', cause: 'lookup-not-found', remedy: lookupRemedy };
    case 'column':
      return { suspect: 'lead', cause: 'column-refused', remedy: columnRemedy };
    case 'plug-in':
      return { suspect: 'rule', cause: 'plug-in-refused', remedy: pluginRemedy };
    case 'duplicate':
    case undefined:
      return UNKNOWN;
  }
}

const UNKNOWN: Entry = {
  suspect: 'unknown',
  cause: 'refused',
  remedy: saying(
    `Dynamics gives a code that is not known here. Ask the administrator of the organization what it means to them. ${REPLAY}`,
  ),
};

/** Without a code that is known: a gateway speaks, or Dynamics as a whole. */
function byStatus({ status }: Extract<Answer, { kind: 'answered' }>, told: Said): Reading {
  const as = (entry: Entry): Refused => refused(entry, told);
  if (status === 401) {
    return as({
      suspect: 'connection',
      cause: 'token-refused',
      remedy: saying(
        'Check that the Directory ID and the URL of this connection belong to the same organization.',
      ),
    });
  }
  if (status === 403) {
    return as({ suspect: 'unknown', cause: 'forbidden', remedy: steps(createApplicationUser, assignRole) });
  }
  if (status === 404 || status === 405 || (status >= 300 && status < 400)) {
    return as({ suspect: 'connection', cause: 'not-an-organization', remedy: steps(...compareUrl) });
  }
  if (status === 413) return as({ suspect: 'lead', cause: 'too-large', remedy: columnRemedy });
  if (status >= 400 && status < 500 && status !== 408 && status !== 425) return as(UNKNOWN);
  const { what, said } = told;
  const reason = { cause: `http-${status}`, what, remedy: WAIT };
  return { kind: OF_A_GATEWAY.has(status) ? 'unclear' : 'away', reason, said };
}

/** Whatever number it gives: a text that says so, where the code says nothing else. */
function takenByText(code: string, text: string): Entry | undefined {
  return !REFUSALS.has(code) && classOfText(text) === 'duplicate' ? TAKEN.get('0x80040237') : undefined;
}

function takenId(entry: Entry, told: Said, record: Written['record']): Unclear {
  const { what, named, message, said } = told;
  const missing = `${what} The record of this lead is not there: some other record, such as one that a plug-in or workflow of the organization made, stands in the way.`;
  const refusal: Refused = {
    kind: 'refused',
    suspect: entry.suspect,
    signature: `${said.code.toLowerCase() || said.status} ${sameWords(message)}`.trim(),
    reason: { cause: entry.cause, what: missing, remedy: entry.remedy(named) },
    said,
  };
  return {
    kind: 'unclear',
    reason: { cause: 'duplicate-id', what, remedy: WAIT },
    said,
    taken: { refused: refusal, record },
  };
}

/** Whether an answer is of the organization itself, which has two names. @param host absent where it names none */
function isAt(host: string | undefined, organization: string): boolean {
  const plain = (name: string): string => name.toLowerCase().replace('.api.', '.');
  return host === undefined || plain(host) === plain(new URL(organization).host);
}

function unreachable(code: string): Reason {
  return {
    cause: 'unreachable',
    what: `Dynamics could not be reached, or did not answer in time (${code}).`,
    remedy: `${WAIT} Check the URL of the connection if this goes on.`,
  };
}

function notConfirmed(status: number): Reason {
  return {
    cause: 'not-confirmed',
    what: `The answer ${status} came, but it does not name the record: something else than Dynamics may have answered, such as a sign-in page or a proxy.`,
    remedy: `Nothing is lost: the record is looked up, and the lead is sent again if it is not there. If this goes on: ${inWords(compareUrl)}`,
  };
}

function isOfGuide(name: string): boolean {
  return GUIDE_PRIVILEGES.some(({ privilege }) => privilege.toLowerCase() === name.toLowerCase());
}

function privilegeRemedy({ privilege }: Named): string {
  if (!privilege) return inWords([assignRole, setPrivileges()]);
  const ours = GUIDE_PRIVILEGES.filter((one) => one.privilege.toLowerCase() === privilege.name.toLowerCase());
  if (ours.length > 0) return inWords([assignRole, setPrivileges(ours)]);
  const { path } = setPrivileges();
  return `${inWords([
    {
      page: 'power-platform',
      path,
      clicks: [
        `Choose Show all tables, find the table ${privilege.table}, set ${privilege.access} to Organization, and select Save + close (${privilege.name}).`,
      ],
    },
  ])} It is not one of the privileges that leads need: a plug-in or workflow of the organization wants it of whoever makes a lead. ${REPLAY}`;
}

function columnRemedy({ column }: Named): string {
  const which = column === undefined ? 'the column' : `the column ${column}`;
  return `${inWords([changeDetails(`Correct ${which} in the mapping, or change the column in Dynamics.`)])} ${REPLAY}`;
}

function requiredRemedy({ column }: Named): string {
  const which = column === undefined ? 'a column that leads do not fill' : `the column ${column}`;
  return `The organization requires ${which}. ${inWords([changeDetails('Give it a constant in the mapping.')])} ${REPLAY}`;
}

function lookupRemedy({ table, recordId }: Named): string {
  const which = table === undefined ? 'The record' : `The record of the table ${table}`;
  return `${which}${recordId === undefined ? '' : ` (${recordId})`} that the mapping points at is not there. ${inWords(
    [changeDetails('Choose another record in the mapping, or take the lookup out.')],
  )} ${REPLAY}`;
}

function securedRemedy({ column }: Named): string {
  const which = column === undefined ? 'A column' : `The column ${column}`;
  return `${which} is protected: it wants a column security profile that permits Create. ${inWords([permitColumn])} ${REPLAY}`;
}

function pluginRemedy({ table }: Named): string {
  const which = table === undefined || table === 'lead' ? '' : ` It speaks of the table ${table}.`;
  return `A plug-in, workflow or rule of the organization refused the record.${which} Ask its administrator to let leads of the user with the role ${LEAD_WRITER_ROLE} through. ${REPLAY}`;
}

function addressRemedy({ address }: Named): string {
  return `${address === undefined ? '' : `The address is ${address}. `}${inWords([allowAddress])}`;
}
