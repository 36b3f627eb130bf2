import { describe, expect, test } from '@jest/globals';
import type { ConnectionFields } from '@leads/contracts/connection-details';
import { contoso } from '@leads/testing/contoso';
import type { ConnectionFacts } from '../connection-facts.ts';
import {
  changeDetails,
  pause,
  publish,
  replaceSecret,
  resume,
  endEarlierAddresses,
  rotateAddressKey,
  unpublish,
} from './revisions.ts';

const at = new Date('2026-11-22T12:00:00Z');
const facts: ConnectionFacts = {
  publisher: { id: 'contoso', name: 'Contoso' },
  offer: { id: 'analytics', title: 'Analytics' },
  leadDestination: 'dynamics-365',
  url: 'https://contoso.crm4.dynamics.com',
  authentication: 'azure-active-directory',
  applicationId: contoso.applicationId,
  directoryId: contoso.directoryId,
  contactEmails: ['sales@contoso.example'],
  state: 'draft',
  secret: { kind: 'client-secret', version: 3, setAt: '2026-01-01T00:00:00.000Z', expiresOn: '2027-01-01' },
  addressKey: { version: 2, hash: 'a'.repeat(64), setAt: '2026-01-01T00:00:00.000Z' },
};
const fields: ConnectionFields = {
  publisher: facts.publisher,
  offer: facts.offer,
  leadDestination: 'dynamics-365',
  url: 'https://fabrikam.crm.dynamics.com',
  contactEmails: ['people@contoso.example'],
  identity: {
    authentication: 'azure-active-directory',
    applicationId: contoso.applicationId,
    directoryId: contoso.directoryId,
  },
};

describe('the state of a connection', () => {
  const actions = { publish, unpublish, pause, resume };
  test.each([
    ['draft', 'publish', 'published'],
    ['draft', 'unpublish', 'as it was'],
    ['draft', 'pause', 'not now'],
    ['draft', 'resume', 'not now'],
    ['published', 'publish', 'as it was'],
    ['published', 'unpublish', 'draft'],
    ['published', 'pause', 'paused'],
    ['published', 'resume', 'as it was'],
    ['paused', 'publish', 'not now'],
    ['paused', 'unpublish', 'draft'],
    ['paused', 'pause', 'as it was'],
    ['paused', 'resume', 'published'],
  ] as const)('%s, then %s: %s', (state, action, expected) => {
    const revision = actions[action]({ ...facts, state }, at);
    const became = revision.kind === 'revised' ? revision.facts.state : revision.kind.replaceAll('-', ' ');
    expect(became).toBe(expected);
  });
});

describe('a change', () => {
  test('without a secret keeps the one at hand, with its version and expiry', () => {
    const revision = changeDetails(fields, 'connection changed')(facts, at);
    expect(revision).toMatchObject({
      kind: 'revised',
      facts: { url: fields.url, contactEmails: fields.contactEmails, state: 'draft', secret: facts.secret },
    });
    expect(revision).not.toHaveProperty('newSecret');
  });

  test('leaves the mapping as it is unless another one, or none, was entered', () => {
    const mapping = { constants: { contoso_campaign: 'spring' } };
    const mapped = { ...facts, mapping };
    const changed = (entered: ConnectionFields): unknown =>
      changeDetails(entered, 'connection changed')(mapped, at);
    expect(changed(fields)).toMatchObject({ facts: { mapping } });
    expect(changed({ ...fields, mapping: { countryLanguage: 'de' } })).toHaveProperty('facts.mapping', {
      countryLanguage: 'de',
    });
    expect(changed({ ...fields, mapping: null })).not.toHaveProperty('facts.mapping');
  });

  test('leaves what was chosen for leads as it is unless something else, or nothing, was entered', () => {
    const notifications = { customer: 'all', language: 'de', timeZone: 'Europe/Berlin' } as const;
    const chosen = { repeatHours: 0, otherPartnerLeads: 'not-written', notifications } as const;
    const changed = (entered: ConnectionFields): unknown =>
      changeDetails(entered, 'connection changed')({ ...facts, ...chosen }, at);
    expect(changed(fields)).toMatchObject({ facts: chosen });
    expect(changed({ ...fields, repeatHours: 48 })).toMatchObject({ facts: { ...chosen, repeatHours: 48 } });
    const cleared = changed({ ...fields, repeatHours: null, otherPartnerLeads: null, notifications: null });
    expect(cleared).not.toHaveProperty('facts.repeatHours');
    expect(cleared).not.toHaveProperty('facts.otherPartnerLeads');
    expect(cleared).not.toHaveProperty('facts.notifications');
  });

  test('can correct the expiry alone', () => {
    const revision = changeDetails({ ...fields, secretExpiresOn: '2028-01-01' }, 'connection changed')(
      facts,
      at,
    );
    expect(revision).toMatchObject({ facts: { secret: { version: 3, expiresOn: '2028-01-01' } } });
  });

  test('with a secret raises its version by one', () => {
    const secret = { kind: 'client-secret', value: 'new' } as const;
    expect(changeDetails({ ...fields, secret }, 'connection changed')(facts, at)).toMatchObject({
      facts: { secret: { version: 4, setAt: at.toISOString() } },
      newSecret: secret,
    });
  });

  test.each([
    [{ ...fields.identity, applicationId: '00000000-0000-4000-8000-000000000000' }, '/clientSecret'],
    [{ ...fields.identity, directoryId: '00000000-0000-4000-8000-000000000000' }, '/clientSecret'],
    [{ authentication: 'office-365', userName: 'leads@contoso.example' }, '/password'],
  ] as const)('to another application or user needs its secret: %j', (identity, pointer) => {
    const revise = changeDetails({ ...fields, identity }, 'connection changed');
    expect(revise(facts, at)).toMatchObject({ kind: 'not-accepted', faults: [{ pointer }] });
  });

  test('to Office 365 leaves nothing of the application behind, and the password is due in 90 days', () => {
    const identity = { authentication: 'office-365', userName: 'leads@contoso.example' } as const;
    const secret = { kind: 'password', value: 'new' } as const;
    const revision = changeDetails({ ...fields, identity, secret }, 'connection changed')(facts, at);
    expect(revision).toMatchObject({
      facts: { userName: 'leads@contoso.example', secret: { kind: 'password', expiresOn: '2027-02-20' } },
    });
    expect(revision).not.toHaveProperty('facts.applicationId');
  });
});

test('a replaced secret and a rotated address key are new versions', () => {
  expect(
    replaceSecret({ kind: 'client-secret', value: 'x', expiresOn: '2027-05-05' })(facts, at),
  ).toMatchObject({
    facts: { secret: { version: 4, expiresOn: '2027-05-05' } },
  });
  expect(rotateAddressKey('key', 0)(facts, at)).toMatchObject({
    facts: {
      addressKey: { version: 3, hash: '2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683' },
    },
    newAddressKey: 'key',
  });
});

describe('a replaced lead address', () => {
  const rotated = (from: ConnectionFacts, key: string, days: number, when = at): ConnectionFacts => {
    const revision = rotateAddressKey(key, days)(from, when);
    if (revision.kind !== 'revised') throw new Error('not rotated');
    return revision.facts;
  };
  const later = (days: number): Date => new Date(at.getTime() + days * 86_400_000);

  test('works for as many days as are told, beside those that were replaced before', () => {
    const { hash } = facts.addressKey;
    const once = rotated(facts, 'two', 7);
    expect(once.addressKey.earlier).toEqual([{ hash, until: later(7).toISOString() }]);
    const twice = rotated(once, 'three', 1, later(2));
    expect(twice.addressKey.earlier).toEqual([
      { hash: once.addressKey.hash, until: later(3).toISOString() },
      { hash, until: later(7).toISOString() },
    ]);
    expect(rotated(twice, 'four', 1, later(7)).addressKey.earlier).toEqual([
      { hash: twice.addressKey.hash, until: later(8).toISOString() },
    ]);
  });

  test('stops at once with 0 days, with those before it', () => {
    expect(rotated(rotated(facts, 'two', 7), 'three', 0).addressKey).not.toHaveProperty('earlier');
  });

  test('can be ended before its time; where there is none nothing changes', () => {
    const ended = endEarlierAddresses(rotated(facts, 'two', 7), at);
    expect(ended).toMatchObject({ kind: 'revised', act: 'earlier addresses ended' });
    expect(ended).not.toHaveProperty('facts.addressKey.earlier');
    expect(endEarlierAddresses(facts, at)).toEqual({ kind: 'as-it-was' });
    expect(endEarlierAddresses(rotated(facts, 'two', 7), later(7))).toEqual({ kind: 'as-it-was' });
  });
});
