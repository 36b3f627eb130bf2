/** How the leads of a connection differ from the standard lead record, as it is entered. */
import { own } from '../own.ts';
import type { z } from 'zod';
import { LeadFact, LeadField, Mapping } from '../connection-events.ts';

/** The most entries that a mapping has, all its parts together. */
const MOST_ENTRIES = 100;

/** The most bytes of a mapping as JSON: with all else of a connection it stays far below what a broker takes, 1 MB. */
const MOST_BYTES = 256 * 1024;

/** A mapping as it is entered. What is stored already may be larger than these limits. */
export const enteredMapping = Mapping.strict().superRefine(refuseTooLarge);

/** Nothing leaves a mapping as it is, `null` takes it away. */
export const mappingField = enteredMapping.nullable().optional();

function refuseTooLarge(mapping: Mapping, context: z.RefinementCtx<Mapping>): void {
  const { constants = {}, targets = {}, columns = {}, lookups = {} } = mapping;
  const entries = [constants, targets, columns, lookups].flatMap((part) => Object.keys(part)).length;
  if (entries > MOST_ENTRIES) {
    const message = `A mapping has at most ${MOST_ENTRIES} entries, and this one has ${entries}. Leave some away.`;
    context.addIssue({ code: 'custom', message });
  }
  const bytes = new TextEncoder().encode(JSON.stringify(mapping)).length;
  if (bytes > MOST_BYTES) {
    const message = `A mapping has at most ${MOST_BYTES / 1024} KB of text, and this one has ${Math.ceil(bytes / 1024)}. Shorten its constants.`;
    context.addIssue({ code: 'custom', message });
  }
}

const column =
  'The logical name of a column has lower-case letters, digits and underscores, such as contoso_campaign.';

const parts: Record<string, string> = {
  constants: `A constant is a text of at most 2000 characters, a number or true or false. ${column}`,
  targets: `Fields of a lead that can go to another column: ${LeadField.options.join(', ')}. ${column}`,
  columns: `A further column can be filled with ${LeadFact.options.join(', ')}. ${column}`,
  lookups:
    'A lookup binds a navigation property to a record, such as "/transactioncurrencies(0195b7a6-1111-4222-8333-444455556666)".',
  countryLanguage: 'Enter the language of the names of countries as a tag, such as de or pt-BR.',
};

/** What is wrong with a mapping, in words; `undefined` where the fault is elsewhere. */
export function describeMappingFault(issue: z.core.$ZodIssue): string | undefined {
  const [field, part] = issue.path;
  if (field !== 'mapping' || issue.code === 'unrecognized_keys' || issue.code === 'custom') return undefined;
  return own(parts, String(part)) ?? `A mapping has these parts: ${Object.keys(parts).join(', ')}.`;
}
