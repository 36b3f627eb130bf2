/** Words for how long something is kept, and for what is wrong with a choice. */
import type { KeptStore, RetentionView } from '@leads/contracts/portal-api';
import { countWords } from '../pieces/time-words.ts';

/** `90 days after they came`, or until when. */
export function howLong({ days, since, until }: KeptStore): string {
  if (days === undefined) return until === undefined ? 'For good' : `Until ${until}`;
  if (days === 0) return 'Not at all';
  const words = countWords(days, 'day', 'days');
  return since === undefined ? words : `${words} after ${since}`;
}

/** @param hasChosen whether the publisher who looks has chosen anything */
export function setByWords({ setBy, setting }: KeptStore, hasChosen: boolean): string {
  if (setBy === 'system') return 'Follows from how leads are delivered';
  const operators = `Set by the operators (${setting ?? 'no setting'})`;
  if (setBy === 'operator') return operators;
  return hasChosen ? 'Chosen by your publisher' : `${operators}, unless a publisher chooses`;
}

/** What is wrong with the text of a choice; nothing where it can be chosen. */
export function faultOfDays(
  entered: string,
  { least, most }: Pick<RetentionView['leads'], 'least' | 'most'>,
): string | undefined {
  const days = Number(entered);
  const isWhole = /^\d+$/.test(entered.trim());
  return isWhole && days >= least && days <= most
    ? undefined
    : `Enter a whole number of days from ${least} to ${most}.`;
}
