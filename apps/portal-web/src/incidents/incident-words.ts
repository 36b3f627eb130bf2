/** Incidents in words: how they stand, and what happened to them; pure. */
import type { Incident, IncidentState, Trouble } from '@leads/contracts';
import type { IncidentDetail } from '@leads/contracts/portal-api';
import type { StateWords } from '../pieces/state-words.ts';

export const incidentWords: Record<IncidentState, StateWords> = {
  open: { tone: 'bad', word: 'Open', meaning: 'Nobody has taken it on yet.' },
  acknowledged: {
    tone: 'warning',
    word: 'Acknowledged',
    meaning: 'Somebody has taken it on; contacts are not reminded any more.',
  },
  resolved: { tone: 'good', word: 'Resolved', meaning: 'Its cause is gone.' },
};

/** Each of these tells of something that was put aside once: that no other follows does not say that it was seen to. */
const ENDED_BY_A_PERSON: readonly string[] = ['records-undecodable', 'events-refused'] satisfies Trouble[];

/** How an incident of this kind comes to its end. */
export function endWords(kind: string): string {
  if (kind === 'posts-quarantined')
    return 'It ends by itself once every post that was put aside is replayed or discarded.';
  if (kind === 'fields-unknown') return 'It ends by itself once no other such field has come for a day.';
  return ENDED_BY_A_PERSON.includes(kind)
    ? 'It does not end by itself: resolve it once it has been seen to.'
    : 'It ends by itself once its cause is gone.';
}

/** The lines of a remedy, and the sentences in them: each is a step. */
export function stepsOf({ remedy }: Pick<Incident, 'remedy'>): string[] {
  return remedy
    .split(/\n|(?<=\.) (?=\p{Lu})/u)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** One entry of the timeline: `Acknowledged by ann@contoso.com`. */
export function transitionWords({
  transition,
  state,
  by,
}: Pick<IncidentDetail['timeline'][number], 'transition' | 'state' | 'by'>): string {
  const who = by === 'itself' ? '' : ` by ${by}`;
  switch (transition) {
    case 'opened':
      return 'Opened: contacts are told';
    case 'reminded':
      return 'Contacts are reminded';
    case 'acknowledged':
      return `Acknowledged${who}`;
    case 'changed':
      return state === 'resolved' ? (who === '' ? 'The cause is gone' : `Resolved${who}`) : 'It came back';
    case 'resolved':
      return 'Over: contacts are told';
  }
}
