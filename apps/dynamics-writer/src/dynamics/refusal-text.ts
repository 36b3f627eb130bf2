/** What the text of a refusal names: a privilege, a table, a column, an address; and of what class the text is. */
import { present, own } from '@leads/contracts';

/** What a privilege permits, in Dynamics' own words, and on which table. */
interface Privilege {
  /** As Dataverse names it, e.g. `prvReadnew_segment`. */
  name: string;
  access: 'Create' | 'Read' | 'Write' | 'Delete' | 'Append' | 'Append To' | 'Assign' | 'Share';
  /** The table's logical name, lower case. */
  table: string;
}

/** What a refusal's text names; each only where the text does. */
export interface Named {
  privilege?: Privilege;
  /** Logical names, lower case. */
  table?: string;
  column?: string;
  /** The record that a lookup points at. */
  recordId?: string;
  /** The address that the request came from, as the organisation saw it. */
  address?: string;
}

/** Of what class a text is, where its code says too little. */
export type TextClass =
  'try-again' | 'duplicate' | 'disabled' | 'address' | 'privilege' | 'missing-record' | 'column' | 'plug-in';

/** The longest text that is looked at, in UTF-16 units: patterns stay quick, and what matters comes first. */
const LONGEST_TEXT = 4_000;

const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const NAME = '[A-Za-z_][A-Za-z0-9_]{0,99}';
/** A name in whatever quotation marks the service happens to use. */
const QUOTED = `['"\u2018\u2019\u201C\u201D\\[]\\s?(${NAME})\\s?['"\u2018\u2019\u201C\u201D\\]]`;

const PRIVILEGE = new RegExp(`\\bprv(Create|Read|Write|Delete|AppendTo|Append|Assign|Share)(${NAME})`);
const MISSING_ACCESS = /\bAccessRights?:?\s*(Create|Read|Write|Delete|AppendTo|Append|Assign|Share)Access\b/i;
const TABLES = [
  new RegExp(`\\b(?:entity|table)(?: with name)?:?\\s*=?\\s*${QUOTED}`, 'i'),
  new RegExp(`${QUOTED} (?:entity|table)\\b`, 'i'),
];
const COLUMNS = [
  new RegExp(`\\b(?:attribute|column|field|property)(?: with name)?:?\\s*=?\\s*${QUOTED}`, 'i'),
  new RegExp(`${QUOTED}\\s+(?:attribute|column|field|property)\\b`, 'i'),
  new RegExp(`\\bvalue\\s+\\S{1,200}\\s+of\\s+${QUOTED}`, 'i'),
  new RegExp(`\\battribute:?\\s+(${NAME})\\b(?=\\s+(?:on|of|in|is|for)\\b)`, 'i'),
];
const MISSING_RECORD = new RegExp(`${QUOTED}?[^.]{0,40}\\bWith Ids? = (${GUID})\\s+Do(?:es)? Not Exist`, 'i');
const IPV4 = /\b(\d{1,3}(?:\.\d{1,3}){3})\b/;
const IPV6 = /(?<![0-9a-f:])((?:[0-9a-f]{1,4}:){2,7}[0-9a-f]{0,4}(?::[0-9a-f]{1,4}){0,6})(?![0-9a-f:])/i;

const ACCESS: Readonly<Record<string, Privilege['access']>> = {
  create: 'Create',
  read: 'Read',
  write: 'Write',
  delete: 'Delete',
  append: 'Append',
  appendto: 'Append To',
  assign: 'Assign',
  share: 'Share',
};

/** The first that matches is the class. What says "try again" wins: whatever else it names, it may pass. */
const CLASSES: readonly (readonly [TextClass, RegExp])[] = [
  [
    'try-again',
    /deadlock|\btime[d-]?[\s-]?out\b|timeout expired|no active transaction|try(?:ing)? (?:this |the |your )?(?:request |operation |it )?again|retry (?:the|your|this)|temporar(?:y|ily)|networking error|server (?:is )?(?:too )?busy|currently (?:locked|unavailable)|transient/i,
  ],
  [
    'duplicate',
    /\bduplicate key\b|matching key values already exist|duplicate record cannot be created|\bkey\b.{0,120}\bviolated\b/i,
  ],
  [
    'address',
    /\bblocked\b.{0,120}\b(?:IP|firewall|address)|\bIP (?:address|firewall).{0,120}\b(?:block|not allowed|denied|restrict)/i,
  ],
  [
    'disabled',
    /\b(?:user|organi[sz]ation|environment|account|instance)\b[^.]{0,80}\b(?:is|was|has been)\s+(?:currently\s+)?(?:disabled|suspended|in administration mode)|administration mode/i,
  ],
  [
    'privilege',
    /\bprv[A-Z]\w+|privilege|AccessCheck|access rights|does not have (?:\w+ ){0,3}(?:permission|access)|not have sufficient permission|access is denied/i,
  ],
  ['missing-record', /\bWith Ids? = [0-9a-f-]{36}\s+Do(?:es)? Not Exist/i],
  [
    'column',
    /\b(?:attribute|column|field|property)\b[^.]{0,160}\b(?:length|maximum|range|required|invalid|not exist|not found|null|empty|undeclared|valid)|undeclared property|invalid property|outside the valid range|maximum allowed length|cannot convert|could not be parsed/i,
  ],
  [
    'plug-in',
    /plug-?in|workflow|business (?:process|rule)|ISV code|customi[sz]ation|Microsoft\.Xrm\.Sdk|InvalidPluginExecutionException/i,
  ],
];

/**
 * Reads what a refusal's text names. Texts are made for people and change; whatever is not recognised is left out.
 * @param text as Dataverse wrote it
 */
export function namedIn(text: string): Named {
  const read = text.slice(0, LONGEST_TEXT);
  const privilege = privilegeIn(read);
  const missing = MISSING_RECORD.exec(read);
  const table = firstOf(TABLES, read) ?? privilege?.table ?? missing?.[1]?.toLowerCase();
  const column = firstOf(COLUMNS, read);
  const address = IPV4.exec(read)?.[1] ?? IPV6.exec(read)?.[1];
  return present({ privilege, table, column, recordId: missing?.[2]?.toLowerCase(), address });
}

/** Of what class a refusal's text is; `undefined` where it is of none that is known. */
export function classOfText(text: string): TextClass | undefined {
  const read = text.slice(0, LONGEST_TEXT);
  return CLASSES.find(([, pattern]) => pattern.test(read))?.[0];
}

/**
 * What makes two refusals the same one: their text without what differs from lead to lead. Ids, numbers, addresses and
 * quoted values are left out; a customer's name that stands in the text unquoted is not, so this is never told.
 */
export function sameWords(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .replaceAll(new RegExp(GUID, 'gi'), '#')
    .replaceAll(/(['"\u2018\u201C])(?:(?!['"\u2019\u201D]).){0,500}['"\u2019\u201D]/g, '#')
    .replaceAll(/\S*[@\d]\S*/g, '#')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, 120)
    .trim()
    .toLowerCase();
}

function privilegeIn(text: string): Privilege | undefined {
  const [name, verb = '', table = ''] = PRIVILEGE.exec(text) ?? [];
  const access = own(ACCESS, verb.toLowerCase());
  if (name !== undefined && access) return { name, access, table: table.toLowerCase() };
  const right = own(ACCESS, MISSING_ACCESS.exec(text)?.[1]?.toLowerCase() ?? '');
  const of = firstOf(TABLES, text);
  return right && of !== undefined
    ? { name: `prv${right.replace(' ', '')}${of}`, access: right, table: of }
    : undefined;
}

function firstOf(patterns: readonly RegExp[], text: string): string | undefined {
  for (const pattern of patterns) {
    const name = pattern.exec(text)?.[1];
    if (name !== undefined) return name.toLowerCase();
  }
  return undefined;
}
