/**
 * The one picture of incidents: what alerts, people and time make of it, and which transitions are told; pure.
 *
 * However alerts come, an incident is opened once and ended once: it is over when its cause has been gone for
 * {@link Rules.quietMs}; until then, what comes back comes back to the same one.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  type Alert,
  type Incident,
  type IncidentTransition,
  MOST_CONNECTIONS_NAMED,
  NO_CONNECTION,
  present,
  Trouble,
} from '@leads/contracts';
import { readAlert, type Whereabouts } from './read-alert.ts';
import { takeSignal, isNewer, type Signal } from './signal.ts';

export const DAY_MS = 86_400_000;

/** As long as Entra ID is left alone after a refusal: what fails at each look is one incident. */
export const QUIET_MS = 15 * 60_000;

/** Who made a transition that no person made. */
const ITSELF = 'itself';

/** Told of rarely enough as it is: a reminder comes when it is told again, not by the clock. */
const REMINDS_ITSELF = ['secret-expiring'];

/** What one cause can do, the worst first: leads wait, leads die, or it only needs a look. */
const BY_GRAVITY: readonly string[] = Trouble.options;

/** An incident with what must be known besides. */
export interface Kept {
  key: string;
  incident: Incident;
  /** When it was opened or last reminded of. */
  toldAt: string;
}

/** As much of the picture as what is folded in touches. */
export interface Picture {
  /** By connection. */
  signals: ReadonlyMap<string, readonly Signal[]>;
  /** Those that go on, by key. */
  incidents: ReadonlyMap<string, Kept>;
}

export interface Rules {
  quietMs: number;
  newId: () => string;
}

/** A picture and how it came about from the one before. */
export interface Folded {
  picture: Picture;
  /** Each incident as it was after one transition, in their order. */
  transitions: Kept[];
}

export interface LocatedAlert {
  alert: Alert;
  connection: Whereabouts | undefined;
}

/** Folds alerts in; those that are known, or older than what is known, change nothing. */
export function foldAlerts(
  before: Picture,
  alerts: readonly LocatedAlert[],
  now: Date,
  rules: Rules,
): Folded {
  const signals = new Map(before.signals);
  const touched = new Set<string>();
  const toldAgain = new Set<string>();
  for (const said of alerts.flatMap(({ alert, connection }) => readAlert(alert, connection))) {
    const own = signals.get(said.connectionId) ?? [];
    const next = takeSignal(own, said);
    if (next === own) continue;
    signals.set(said.connectionId, next);
    for (const { key } of [...own, ...next]) if (key !== '') touched.add(key);
    if (said.isOn) toldAgain.add(said.key);
  }
  return settle({ signals, incidents: before.incidents }, touched, { by: ITSELF, now, rules, toldAgain });
}

/** A person takes an incident on: nobody is reminded of it any more. */
export function acknowledge(before: Picture, key: string, by: string, now: Date): Folded {
  const kept = before.incidents.get(key);
  if (kept?.incident.state !== 'open') return { picture: before, transitions: [] };
  return tell(before, kept, 'acknowledged', now, { by, state: 'acknowledged', acknowledgedBy: by });
}

/** A person says that an incident is over; what is told of it afterwards opens it again. */
export function resolve(before: Picture, key: string, by: string, now: Date, rules: Rules): Folded {
  const signals = new Map(before.signals);
  for (const [connectionId, own] of before.signals) {
    const at = now.toISOString();
    const ofIt = (signal: Signal): boolean => signal.key === key && signal.stands;
    if (!own.some(ofIt)) continue;
    signals.set(
      connectionId,
      own.map((signal) => (ofIt(signal) ? { ...signal, at, isOn: false, stands: false } : signal)),
    );
  }
  return settle({ signals, incidents: before.incidents }, [key], { by, now, rules });
}

/** What is due by now: the end of what has been quiet, and reminders of what nobody has taken on. */
export function passTime(before: Picture, now: Date, { quietMs }: Rules): Folded {
  let folded: Folded = { picture: before, transitions: [] };
  for (const kept of before.incidents.values()) {
    const { state, resolvedAt = '' } = kept.incident;
    const transition =
      state === 'resolved' && now.getTime() - Date.parse(resolvedAt) >= quietMs
        ? 'resolved'
        : isToBeReminded(kept, now) && !REMINDS_ITSELF.includes(kept.incident.kind)
          ? 'reminded'
          : undefined;
    if (transition) folded = after(folded, tell(folded.picture, kept, transition, now, {}));
  }
  return folded;
}

interface Settling {
  by: string;
  now: Date;
  rules: Rules;
  /** Keys of which something was told that is on. */
  toldAgain?: ReadonlySet<string>;
}

/** Holds each incident against the signals that stand. */
function settle(before: Picture, keys: Iterable<string>, { by, now, rules, toldAgain }: Settling): Folded {
  const all = [...before.signals.values()].flat().filter(({ stands }) => stands);
  const byKey = Map.groupBy(all, ({ key }) => key);
  let folded: Folded = { picture: before, transitions: [] };
  for (const key of keys) {
    const [first, ...others] = (byKey.get(key) ?? []).sort((one, other) => (isNewer(one, other) ? 1 : -1));
    const kept = before.incidents.get(key);
    if (first && !kept) {
      const opened = open(key, [first, ...others], now, rules.newId());
      folded = after(folded, tell(folded.picture, opened, 'opened', now, { by }));
    }
    const changes =
      kept && (first ? feltNow(kept.incident, [first, ...others]) : overNow(kept.incident, by, now));
    if (kept && changes)
      folded = after(folded, tell(folded.picture, kept, 'changed', now, { by, ...changes }));
    const since = folded.picture.incidents.get(key);
    if (since && toldAgain?.has(key) && isToBeReminded(since, now))
      folded = after(folded, tell(folded.picture, since, 'reminded', now, {}));
  }
  return folded;
}

/** Signals that stand, the oldest first. */
type Standing = readonly [Signal, ...Signal[]];

/** An incident before its first transition. */
function open(key: string, standing: Standing, now: Date, incidentId: string): Kept {
  const [{ cause, place, publisherId }] = standing;
  const [since = ''] = standing.map((signal) => signal.since ?? signal.at).sort();
  const publisherIds = publisherId === undefined ? [] : [publisherId];
  const at = now.toISOString();
  return {
    key,
    toldAt: at,
    incident: {
      ...{ incidentId, version: 0, transition: 'opened', by: 'itself', at, cause, place, publisherIds },
      ...{ state: 'open', since, ...felt(standing) },
    },
  };
}

/** What of an incident follows from its signals. */
function felt(
  standing: Standing,
  before: Pick<Incident, 'connectionIds' | 'connections'> = { connectionIds: [] },
) {
  const kind = gravest(standing);
  const { what, remedy } = standing.findLast(({ trouble }) => trouble === kind) ?? standing[0];
  const standingAt = standing.map(({ connectionId }) => connectionId).sort();
  const all = new Set([...before.connectionIds, ...standingAt]);
  all.delete(NO_CONNECTION);
  const connections = Math.max(all.size, before.connections ?? 0);
  return {
    // Who was named stays named.
    connectionIds: [...all].slice(0, MOST_CONNECTIONS_NAMED).sort(),
    ...(connections > MOST_CONNECTIONS_NAMED && { connections }),
    kind,
    what,
    remedy,
    waiting: standing.reduce((total, signal) => total + signal.waiting, 0),
    dead: standing.reduce((total, signal) => total + signal.dead, 0),
  };
}

/** What the cause does at its worst. */
function gravest(standing: Standing): string {
  const rank = ({ trouble }: Signal): number => {
    const index = BY_GRAVITY.indexOf(trouble);
    return index === -1 ? BY_GRAVITY.length : index;
  };
  return standing.reduce((worst, signal) => (rank(signal) < rank(worst) ? signal : worst)).trouble;
}

/** What changes about an incident whose signals stand; `undefined` where nothing does. */
function feltNow(incident: Incident, standing: Standing): Partial<Incident> | undefined {
  const now = felt(standing, incident);
  if (incident.state !== 'resolved') {
    const { connectionIds, connections, kind, what, remedy, waiting, dead } = incident;
    const before = present({ connectionIds, connections, kind, what, remedy, waiting, dead });
    return isDeepStrictEqual(now, before) ? undefined : now;
  }
  const state = incident.acknowledgedBy === undefined ? 'open' : 'acknowledged';
  return { ...now, state, resolvedAt: undefined, resolvedBy: undefined };
}

/** What changes about an incident of which no signal stands; `undefined` where nothing does. */
function overNow({ state }: Incident, by: string, now: Date): Partial<Incident> | undefined {
  if (state === 'resolved') return undefined;
  const over = { state: 'resolved', resolvedAt: now.toISOString(), waiting: 0 } as const;
  return by === ITSELF ? over : { ...over, resolvedBy: by };
}

/** One transition, and the picture with it. */
function tell(
  { signals, incidents }: Picture,
  { key, incident, toldAt }: Kept,
  transition: IncidentTransition,
  now: Date,
  changes: Partial<Incident>,
): Folded {
  const at = now.toISOString();
  const { version } = incident;
  const told = { ...incident, by: ITSELF, ...changes, transition, at, version: version + 1 };
  const isTold = transition === 'opened' || transition === 'reminded';
  const next: Kept = { key, incident: told, toldAt: isTold ? at : toldAt };
  const unended = new Map(incidents);
  if (transition === 'resolved') unended.delete(key);
  else unended.set(key, next);
  return { picture: { signals, incidents: unended }, transitions: [next] };
}

function after(before: Folded, next: Folded): Folded {
  return { picture: next.picture, transitions: [...before.transitions, ...next.transitions] };
}

function isToBeReminded({ incident, toldAt }: Kept, now: Date): boolean {
  return incident.state === 'open' && now.getTime() - Date.parse(toldAt) >= DAY_MS;
}
