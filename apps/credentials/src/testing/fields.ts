/** Contoso's details as they are after the API has read them. */
import {
  KNOWN_REGIONS,
  type NewConnectionFields,
  readNewConnection,
} from '@leads/contracts/connection-details';
import { contoso } from '@leads/testing';
import { fieldRules } from '../connections/field-rules.ts';

/** @param changes replace what Contoso would enter; what is undefined is left away */
export function contosoFields(changes: Record<string, unknown> = {}): NewConnectionFields {
  const rules = fieldRules(KNOWN_REGIONS, '2026-01-01');
  const entries = Object.entries({ ...contoso, ...changes }).filter(([, value]) => value !== undefined);
  const entered = readNewConnection(Object.fromEntries(entries), rules);
  if (!entered.ok) throw new Error(JSON.stringify(entered.faults));
  return entered.fields;
}
