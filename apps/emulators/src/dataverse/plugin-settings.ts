/** A synchronous plug-in or workflow of the customer's: what it does to a lead that is created or changed. */
import { z } from 'zod';

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly text: string;
}

/** Refusals as organizations give them, by a name for each. */
export const PLUGIN_REFUSALS = {
  refused: {
    status: 400,
    code: '0x80040265',
    text: 'The lead was refused by a plug-in of this organization.',
  },
  unexpected: {
    status: 400,
    code: '0x80040224',
    text: 'An unexpected error occurred from ISV code. (ErrorType = ClientError) Unexpected exception from plug-in (Execute): System.NullReferenceException: Object reference not set to an instance of an object.',
  },
  deadlock: {
    status: 400,
    code: '0x80040265',
    text: 'Generic SQL error. Transaction (Process ID 87) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.',
  },
  'timed-out': {
    status: 400,
    code: '0x80040265',
    text: 'The plug-in execution failed because the operation has timed-out at the Sandbox Client. System.TimeoutException: The plug-in execution failed because the operation has timed-out.',
  },
  'no-transaction': {
    status: 400,
    code: '0x80040251',
    text: 'There is no active transaction. This error is usually caused by custom plug-ins that ignore errors from service calls and continue processing.',
  },
  networking: {
    status: 500,
    code: '0x80073000',
    text: 'A networking error occurred while connecting to SQL. Please try again.',
  },
  'duplicate-record': { status: 412, code: '0x80040237', text: 'Cannot insert duplicate key.' },
  'matching-record': {
    status: 412,
    code: '0x80040237',
    text: 'A record with matching key values already exists.',
  },
} as const satisfies Record<string, Refusal>;

export const Plugin = z
  .object({
    message: z.enum(['Create', 'Update']).default('Create'),
    /** Runs where this column's text contains `contains`; an empty text is contained in every value there is. */
    column: z.string().optional(),
    contains: z.string().default(''),
    /** Turns the condition round: runs where the column is absent or lacks the text. */
    unless: z.boolean().default(false),
    /** Runs so often at all, or so often for one lead (by its id), and then no more. */
    times: z.number().int().positive().optional(),
    timesPerLead: z.number().int().positive().optional(),
    /** Takes so long, ms: the answer comes later, and it is booked as execution time. */
    takesMs: z.number().min(0).default(0),
    /** Touches another table, which the caller needs this privilege for. */
    demands: z.object({ privilege: z.string(), table: z.string() }).optional(),
    /**
     * Creates a record of another table whose key is the lead's value in `keyColumn`. Where such a record is there
     * already the lead is rolled back with it: `0x80040237`, which says nothing of the lead's own id.
     */
    creates: z
      .object({
        table: z.string(),
        keyColumn: z.string(),
        existing: z.array(z.string()).default([]),
        refusal: z.enum(['duplicate-record', 'matching-record']).default('duplicate-record'),
      })
      .optional(),
    /** Refuses in one of the ways above; `status`, `code` and `text` each override it. */
    refusal: z.enum(Object.keys(PLUGIN_REFUSALS) as [PluginRefusal, ...PluginRefusal[]]).optional(),
    status: z.number().int().optional(),
    code: z.string().optional(),
    text: z.string().optional(),
  })
  .strict();
export type Plugin = z.output<typeof Plugin>;

type PluginRefusal = keyof typeof PLUGIN_REFUSALS;

/** How it refuses; `undefined` for one that does something else and lets the lead pass. */
export function refusalOf({
  refusal,
  status,
  code,
  text,
  demands,
  creates,
  takesMs,
}: Plugin): Refusal | undefined {
  const given = refusal ?? status ?? code ?? text;
  if (given === undefined && (demands ?? creates ?? takesMs > 0)) return undefined;
  const named: Refusal = PLUGIN_REFUSALS[refusal ?? 'refused'];
  return { status: status ?? named.status, code: code ?? named.code, text: text ?? named.text };
}
