/** What Dynamics refused to fill of our own, so that leads go without it for a while instead of being refused one by one. */
import { own } from '@leads/contracts';
import type { Mapping, Reason } from '@leads/contracts';
import { changeDetails, inWords } from '@leads/contracts/validation';
import { HOUR_MS } from '@leads/pacing';
import { notPermitted, secured } from '../mapping/apply-mapping.ts';
import { BIND, type Blamed } from '../mapping/blamed-in.ts';
import type { LeadValue } from '../mapping/lead-table.ts';
import type { LeadRecord } from '../mapping/map-lead.ts';

/** How long leads go without it before it is tried again, in milliseconds; a save ends it. */
const LEFT_OUT_MS = HOUR_MS;

/** The most that is remembered; beyond, the oldest is tried again. */
const MOST_REMEMBERED = 200;

interface Remembered extends Blamed {
  /** In milliseconds since the epoch. */
  until: number;
  /** Whether every lead has it, and not one customer: people are told of it, and it is kept. */
  isOurs: boolean;
}

export class Refusals {
  private remembered: Remembered[] = [];

  /** Whether a column, or just this value of it, is left out at present. */
  has(name: string, value: LeadValue | undefined, now: number): boolean {
    return this.remembered.some(
      (one) => one.name === name && now < one.until && (one.value === undefined || one.value === value),
    );
  }

  /** Remembers what a refusal named. @returns whether any of it was not known, so that the lead may pass without it */
  learn(blamed: readonly Blamed[], mapping: Mapping | undefined, now: number): boolean {
    const fresh = blamed.filter(({ name, value }) => !this.has(name, value, now));
    const kept = fresh.map((one) => ({ ...one, until: now + LEFT_OUT_MS, isOurs: isOurs(one, mapping) }));
    this.remembered = [
      ...this.remembered.filter((one) => !fresh.some((other) => isSame(one, other))),
      ...kept,
    ].slice(-MOST_REMEMBERED);
    return fresh.length > 0;
  }

  /** A record was taken: what it has can be filled. @returns whether that is news */
  forget(record: LeadRecord): boolean {
    const before = this.remembered.length;
    if (before === 0) return false;
    this.remembered = this.remembered.filter(
      ({ name, value }) =>
        !(Object.hasOwn(record, name) && (value === undefined || value === own(record, name))),
    );
    return this.remembered.length < before;
  }

  /** What the connection's contacts should know of, one a cause. */
  warnings(): Reason[] {
    return this.told().map((one) => warningOf(one));
  }

  /** What every lead goes without. */
  told(): readonly Blamed[] {
    return this.remembered.filter(({ isOurs: isTold }) => isTold);
  }

  /** What is kept in the database: nothing that a customer typed. */
  write(version: number): string {
    return JSON.stringify({ version, remembered: this.remembered.filter((one) => one.isOurs) });
  }

  /** Takes over what was kept; nothing where the connection was saved since. */
  read(json: string | null | undefined, version: number): void {
    const kept = json ? (JSON.parse(json) as { version: number; remembered: Remembered[] }) : undefined;
    this.remembered = kept?.version === version ? kept.remembered : [];
  }
}

function isSame(one: Blamed, other: Blamed): boolean {
  return one.name === other.name && one.value === other.value;
}

/** Whatever the value, or a value that the mapping or this product gives to every lead. */
function isOurs({ name, value }: Blamed, mapping: Mapping | undefined): boolean {
  return (
    value === undefined ||
    name.endsWith(BIND) ||
    name === 'leadsourcecode' ||
    Object.hasOwn(mapping?.constants ?? {}, name)
  );
}

const WITHOUT = 'Leads are written without it; what a customer said stands in the description.';
const CORRECT = inWords([changeDetails('Correct it in the mapping, or take it out.')]);

/** What is said of something that Dynamics refused. */
export function warningOf({ name, value, why }: Blamed): Reason {
  const isLookup = name.endsWith(BIND);
  const shown = name.replace(BIND, '');
  const cause = `left-out-${shown}`;
  if (why === 'secured') return secured(shown);
  if (why === 'not-permitted' && isLookup) return notPermitted(shown);
  const [what, remedy] = {
    'not-permitted': [
      `The role of this connection may not fill the column "${shown}".`,
      `Give the privilege to the role, or take "${shown}" out of the mapping.`,
    ],
    'missing-record': [`The record that the lookup "${shown}" is bound to, ${value}, is not there.`, CORRECT],
    unknown: [`Dynamics knows no ${isLookup ? 'lookup' : 'column'} "${shown}" of leads.`, CORRECT],
    value: [`Dynamics refuses the value ${JSON.stringify(value)} of "${shown}".`, CORRECT],
  }[why] as [string, string];
  return { cause, what: `${what} ${WITHOUT}`, remedy };
}
