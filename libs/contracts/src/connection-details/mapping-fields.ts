/** How the leads of a connection differ from the standard lead record, as it is entered. */
import type { z } from 'zod';
import { LeadFact, LeadField, Mapping } from '../connection-events.ts';

/** Nothing leaves a mapping as it is, `null` takes it away. */
export const mappingField = Mapping.strict().nullable().optional();

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
  if (field !== 'mapping' || issue.code === 'unrecognized_keys') return undefined;
  return parts[String(part)] ?? `A mapping has these parts: ${Object.keys(parts).join(', ')}.`;
}
