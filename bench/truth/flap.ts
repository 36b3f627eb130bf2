/** What people are told while a secret that twenty connections share breaks and is replaced again and again. */
import { alertOf, type Incident } from '@leads/contracts';
import {
  foldAlerts,
  type Folded,
  type LocatedAlert,
  passTime,
  type Picture,
  QUIET_MS,
} from '@leads/credentials/incidents';
import { type Concerned, type Letter, lettersOf, openingOf, toldBy } from '@leads/notification/letters';
import type { Bar } from '../writer/bar.ts';

const CONNECTIONS = 20;
const ROUNDS = 100;
const MINUTE_MS = 60_000;
const START = Date.parse('2026-11-22T09:00:00Z');

/**
 * By how many minutes there are from one break to the next, of which all is well for half: how many incidents that is,
 * and how many mails a contact has about them.
 */
const EXPECTED = [
  // It comes back within the quiet time: one incident of 16 hours, opened and ended.
  { everyMinutes: 10, incidents: 1, mails: 2 },
  // One of 39 hours, so that a day after its opening comes a reminder.
  { everyMinutes: 24, incidents: 1, mails: 3 },
  // With an hour of quiet between them, each break is an incident of its own.
  { everyMinutes: 120, incidents: ROUNDS, mails: 2 * ROUNDS },
];

/** 20 connections of one application, whose secret breaks and is replaced 100 times, by a clock of its own. */
export function flap(): Bar {
  const runs = EXPECTED.map(({ everyMinutes, ...expected }) => {
    const told = live(everyMinutes);
    const isAsExpected =
      told.incidents === expected.incidents &&
      told.contacts === CONNECTIONS + 1 &&
      told.leastMails === expected.mails &&
      told.mostMails === expected.mails &&
      told.withEveryOffer === expected.mails;
    return { everyMinutes, isAsExpected, ...told };
  });
  const unlike = runs.filter(({ isAsExpected }) => !isAsExpected).length;
  return {
    bar: 'flap',
    value: unlike,
    unit: `of ${runs.length} ways to come and go told otherwise than expected`,
    goal: '0: exactly the expected incidents and mails',
    met: unlike === 0,
    runs,
  };
}

interface Told {
  incidents: number;
  contacts: number;
  /** Of any contact. */
  leastMails: number;
  mostMails: number;
  /** Mails to the contact of all connections that name every offer. */
  withEveryOffer: number;
}

/** Lives through all of it: what connections tell is folded into incidents, and each transition into letters. */
function live(everyMinutes: number): Told {
  const keeper = new Keeper();
  for (let round = 0; round < ROUNDS; round += 1) {
    keeper.until(round * everyMinutes);
    keeper.hear('triggered');
    keeper.until(round * everyMinutes + everyMinutes / 2);
    keeper.hear('cleared');
  }
  keeper.until(ROUNDS * everyMinutes + QUIET_MS / MINUTE_MS + 1);
  const byContact = Map.groupBy(keeper.letters.values(), ({ contact }) => contact);
  const mails = [...byContact.values()].map((letters) => letters.length);
  return {
    incidents: keeper.incidents.size,
    contacts: byContact.size,
    leastMails: Math.min(...mails),
    mostMails: Math.max(...mails),
    withEveryOffer: (byContact.get(SHARED) ?? []).filter(({ offers }) => offers.length === CONNECTIONS)
      .length,
  };
}

const SHARED = 'sales@contoso.example';

const connections = Array.from({ length: CONNECTIONS }, (_, number) => ({
  connectionId: `00000000-0000-4000-8000-${String(number + 1).padStart(12, '0')}`,
  url: `https://contoso-${number}.crm4.dynamics.com`,
  contacts: [SHARED, `offer-${number}@contoso.example`],
}));

const concerned: ReadonlyMap<string, Concerned> = new Map(
  connections.map(({ connectionId, url, contacts }, number) => [
    connectionId,
    { connectionId, title: `Offer ${number}`, organization: url, contacts },
  ]),
);

/** The keeper of incidents and the sender of letters, and what they know. */
class Keeper {
  readonly incidents = new Map<string, Incident>();
  readonly letters = new Map<string, Letter>();
  private picture: Picture = { signals: new Map(), incidents: new Map() };
  private minutes = 0;
  private ids = 0;

  /** Passes the time up to a minute, each minute looked at as housekeeping does. */
  until(minutes: number): void {
    for (; this.minutes < minutes; this.minutes += 1)
      this.take(passTime(this.picture, this.now, { quietMs: QUIET_MS, newId: this.newId }));
  }

  /** Every connection finds it out by itself, and tells it twice. */
  hear(transition: 'triggered' | 'cleared'): void {
    const alerts = connections.flatMap((connection) => [
      this.alert(connection, transition),
      this.alert(connection, transition),
    ]);
    for (const alert of alerts)
      this.take(foldAlerts(this.picture, [alert], this.now, { quietMs: QUIET_MS, newId: this.newId }));
  }

  private get now(): Date {
    return new Date(START + this.minutes * MINUTE_MS);
  }

  private readonly newId = (): string => {
    this.ids += 1;
    return `11111111-0000-4000-8000-${String(this.ids).padStart(12, '0')}`;
  };

  private alert(
    { connectionId, url }: (typeof connections)[number],
    transition: 'triggered' | 'cleared',
  ): LocatedAlert {
    const alert = alertOf({
      alertId: this.newId(),
      connectionId,
      at: this.now,
      trouble: 'connection-broken',
      transition,
      what: 'The client secret is wrong.',
      remedy: 'Enter a new one.',
      ...(transition === 'triggered' ? { cause: 'AADSTS7000215' } : {}),
    });
    return {
      alert,
      connection: {
        publisher: { id: 'contoso', name: 'Contoso' },
        url,
        authentication: 'azure-active-directory',
        applicationId: '00000003-0000-4000-8000-000000000001',
        directoryId: '72f988bf-0000-4000-8000-2d7cd011db47',
        state: 'published',
        secret: { setAt: '2026-01-01T00:00:00.000Z' },
        changedAt: new Date('2026-01-01'),
      },
    };
  }

  private take({ picture, transitions }: Folded): void {
    this.picture = picture;
    for (const { incident } of transitions) {
      this.incidents.set(incident.incidentId, incident);
      this.write(incident);
    }
  }

  /** A letter that was written already is not written again; who was not told of the beginning is not told of the end. */
  private write(incident: Incident): void {
    const { incidentId, transition, version, connectionIds } = incident;
    const told = toldBy(transition, incident);
    if (told === undefined) return;
    const whom = connectionIds.flatMap((id) => concerned.get(id) ?? []);
    for (const letter of lettersOf(incidentId, told, version, whom)) {
      const isToldOfEnd = told !== 'resolved' || this.letters.has(openingOf(incidentId, letter.contact));
      // Openings are gathered for some seconds: what goes out is the latest of them.
      if (isToldOfEnd) this.letters.set(letter.aboutId, letter);
    }
  }
}
