/** What each change makes of a connection, pure: the next facts, what is sealed with them, and its name in the audit. */
import { MOST_EARLIER_ADDRESSES, own, present } from '@leads/contracts';
import type { ConnectionFields, Fault, NewSecret } from '@leads/contracts/connection-details';
import type { AuditedAct } from '../audit.ts';
import { hashAddressKey } from './address-key.ts';
import { type ConnectionFacts, earlierAddresses } from '../connection-facts.ts';

/** The next version, or why there is none. */
export type Revision =
  | {
      kind: 'revised';
      act: AuditedAct;
      facts: ConnectionFacts;
      /** Sealed under the version that the facts name; what it replaces is erased. */
      newSecret?: NewSecret;
      newAddressKey?: string;
    }
  | { kind: 'as-it-was' }
  | { kind: 'not-now'; detail: string }
  | { kind: 'not-accepted'; faults: Fault[] };

/** How a connection is revised: from its facts as they are, at that moment. */
export type Revise = (facts: ConnectionFacts, at: Date) => Revision;

const AS_IT_WAS: Revision = { kind: 'as-it-was' };
const DAY_MS = 86_400_000;
/** Days after which Office 365 wants a password changed. */
const PASSWORD_DAYS = 90;

/** From now on leads are written for the offer, with those that were held. */
export const publish: Revise = (facts) => {
  if (facts.state === 'published') return AS_IT_WAS;
  if (facts.state === 'paused') return notNow('The connection is paused: resume it instead.');
  return { kind: 'revised', act: 'connection published', facts: { ...facts, state: 'published' } };
};

/** Leads are taken in and held until it is published again. */
export const unpublish: Revise = (facts) => {
  if (facts.state === 'draft') return AS_IT_WAS;
  return { kind: 'revised', act: 'connection unpublished', facts: { ...facts, state: 'draft' } };
};

/** Leads are taken in and wait. */
export const pause: Revise = (facts) => {
  if (facts.state === 'paused') return AS_IT_WAS;
  if (facts.state === 'draft')
    return notNow('The connection is not published, so there is nothing to pause.');
  return { kind: 'revised', act: 'connection paused', facts: { ...facts, state: 'paused' } };
};

/** What waited is written, and new leads as they come. */
export const resume: Revise = (facts) => {
  if (facts.state === 'published') return AS_IT_WAS;
  if (facts.state === 'draft') return notNow('The connection is not published: publish it instead.');
  return { kind: 'revised', act: 'connection resumed', facts: { ...facts, state: 'published' } };
};

/** For good: its secrets are erased, and its lead address answers no more once its grace is over. */
export const remove: Revise = (facts) => ({
  kind: 'revised',
  act: 'connection deleted',
  facts: { ...facts, state: 'deleted' },
});

/** The lead address so far works for so many days more; 0: it stops at once, as do those before it. */
export function rotateAddressKey(key: string, overlapDays: number): Revise {
  return (facts, at) => {
    const { version, hash } = facts.addressKey;
    const until = new Date(at.getTime() + overlapDays * DAY_MS).toISOString();
    const earlier =
      overlapDays === 0
        ? []
        : [{ hash, until }, ...earlierAddresses(facts, at)].slice(0, MOST_EARLIER_ADDRESSES);
    const setAt = at.toISOString();
    return {
      kind: 'revised',
      act: 'address key rotated',
      facts: {
        ...facts,
        addressKey: {
          ...{ version: version + 1, hash: hashAddressKey(key), setAt },
          ...(earlier.length > 0 && { earlier }),
        },
      },
      newAddressKey: key,
    };
  };
}

/** Lead addresses that were replaced and still work stop at once. */
export const endEarlierAddresses: Revise = (facts, at) => {
  if (earlierAddresses(facts, at).length === 0) return AS_IT_WAS;
  const { version, hash, setAt } = facts.addressKey;
  return {
    kind: 'revised',
    act: 'earlier addresses ended',
    facts: { ...facts, addressKey: { version, hash, setAt } },
  };
};

/** Another secret for the same application or user. */
export function replaceSecret(secret: NewSecret): Revise {
  return (facts, at) => ({
    kind: 'revised',
    act: 'secret replaced',
    facts: { ...facts, secret: secretFacts(secret, facts.secret.version + 1, at) },
    newSecret: secret,
  });
}

/** Other details. Without a secret the one at hand stays, unless it belongs to what was changed. */
export function changeDetails(fields: ConnectionFields, act: AuditedAct): Revise {
  return (facts, at) => {
    const { identity, secret, secretExpiresOn, ...rest } = fields;
    const { mapping, repeatHours, otherPartnerLeads, notifications, ...details } = rest;
    if (!secret && !isSignedInAs(facts, identity)) {
      const fault =
        identity.authentication === 'office-365'
          ? { pointer: '/password', detail: 'A password belongs to its user: enter that of this one.' }
          : {
              pointer: '/clientSecret',
              detail: 'A client secret belongs to its application and directory: enter that of this one.',
            };
      return { kind: 'not-accepted', faults: [fault] };
    }
    const { state, addressKey } = facts;
    const kept =
      secretExpiresOn === undefined ? facts.secret : { ...facts.secret, expiresOn: secretExpiresOn };
    const next = secret ? secretFacts(secret, facts.secret.version + 1, at) : kept;
    return {
      kind: 'revised',
      act,
      facts: {
        ...{ ...details, ...chosenFacts({ mapping, repeatHours, otherPartnerLeads, notifications }, facts) },
        ...{ ...identity, state, addressKey, secret: next },
      },
      ...(secret ? { newSecret: secret } : {}),
    };
  };
}

type ChosenFacts = Pick<ConnectionFacts, 'mapping' | 'repeatHours' | 'otherPartnerLeads' | 'notifications'>;

/** What becomes of what may be chosen: another choice, what holds by default (null), or the one at hand. */
export function chosenFacts(
  entered: { [Name in keyof ChosenFacts]?: ConnectionFields[Name] | undefined },
  facts: ChosenFacts = {},
): ChosenFacts {
  const chosen = <Name extends keyof ChosenFacts>(name: Name): ChosenFacts[Name] => {
    const value = entered[name];
    return value === undefined ? facts[name] : ((value ?? undefined) as ChosenFacts[Name]);
  };
  return present({
    mapping: chosen('mapping'),
    repeatHours: chosen('repeatHours'),
    otherPartnerLeads: chosen('otherPartnerLeads'),
    notifications: chosen('notifications'),
  });
}

/** What is known of a secret without knowing it. */
export function secretFacts(secret: NewSecret, version: number, at: Date): ConnectionFacts['secret'] {
  const { kind } = secret;
  const expiresOn =
    kind === 'password'
      ? new Date(at.getTime() + PASSWORD_DAYS * DAY_MS).toISOString().slice(0, 10)
      : secret.expiresOn;
  return { kind, version, setAt: at.toISOString(), ...(expiresOn === undefined ? {} : { expiresOn }) };
}

function isSignedInAs(facts: ConnectionFacts, identity: ConnectionFields['identity']): boolean {
  return Object.entries(identity).every(([name, value]) => own(facts, name) === value);
}

function notNow(detail: string): Revision {
  return { kind: 'not-now', detail };
}
