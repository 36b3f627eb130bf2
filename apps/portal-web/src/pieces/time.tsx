/** A time as people say it, with the exact one behind it. */
import type { ReactElement } from 'react';
import { useNow } from './clock.ts';
import { exactTime, relativeTime, shortTime } from './time-words.ts';

/**
 * @param at ISO 8601
 * @param as `relative` ("5 minutes ago"), `short` ("22 Nov, 14:05") or `exact`; the exact time is the title of the others
 */
export function Time({
  at,
  as = 'relative',
}: {
  at: string;
  as?: 'relative' | 'short' | 'exact';
}): ReactElement {
  const now = new Date(useNow());
  const date = new Date(at);
  const exact = exactTime(date);
  const words = as === 'relative' ? relativeTime(date, now) : as === 'short' ? shortTime(date, now) : exact;
  return (
    <time dateTime={at} title={exact}>
      {words}
    </time>
  );
}
