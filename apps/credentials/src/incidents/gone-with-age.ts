/** What services put aside they remove once it is old: what was told of it is over then; pure but for the ids. */
import { randomUUID } from 'node:crypto';
import { type Alert, alertOf, type Trouble } from '@leads/contracts';
import type { Retention } from '@leads/service';
import type { Signal } from './signal.ts';

const HOUR_MS = 3_600_000;

type Ageing = Extract<
  Trouble,
  'records-undecodable' | 'events-refused' | 'posts-quarantined' | 'fields-unknown'
>;

/**
 * How long after the last was told of each nothing of it can be kept any more, in milliseconds: an hour more than it is
 * kept for, since each service removes in its own rounds. What was put aside may be a lead.
 */
export function goneAfter({
  putAsideMs,
  leadsPutAsideMs,
}: Pick<Retention, 'putAsideMs' | 'leadsPutAsideMs'>): Readonly<Record<Ageing, number>> {
  return {
    'records-undecodable': leadsPutAsideMs + HOUR_MS,
    'events-refused': leadsPutAsideMs + HOUR_MS,
    'posts-quarantined': putAsideMs + HOUR_MS,
    // Whoever is told of a field once knows of it.
    'fields-unknown': 24 * HOUR_MS,
  };
}

/** Tells that these are over. @param signals of what is gone */
export function overWithAge(signals: readonly Signal[], at: Date): Alert[] {
  return signals.map(({ connectionId, trouble, sameAs, cause }) =>
    alertOf({
      ...{ alertId: randomUUID(), connectionId, at, cause, dedupKey: sameAs },
      ...{ trouble: trouble as Ageing, transition: 'cleared' as const },
      what:
        trouble === 'fields-unknown'
          ? 'No other field that is not known has come for a day.'
          : 'What was put aside has been removed with its age, and no more has come since.',
      remedy: 'Nothing need be done.',
    }),
  );
}
