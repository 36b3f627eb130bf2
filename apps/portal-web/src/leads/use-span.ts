/** The time span of a filter, as it is chosen: one of the named ones, or the days that one enters. */
import { useState } from 'react';
import { type Days, daysOf, type LeadFilter, type Span, spanOf, timesOf } from './lead-filter.ts';

type Times = Pick<LeadFilter, 'from' | 'to'>;

export interface SpanChoice {
  span: Span;
  /** What stands in the fields for days. */
  days: Days;
  chooseSpan: (span: Span) => void;
  chooseDays: (part: Partial<Days>) => void;
  /** Takes the fields for days away, whatever the filter says next. */
  reset: () => void;
}

/** @param onChange called with the times of what is chosen; an end that is absent is open */
export function useSpan(filter: LeadFilter, onChange: (times: Times) => void): SpanChoice {
  const now = new Date();
  // One who enters days goes on seeing their fields, whichever span the days happen to be.
  const [entersDays, setEntersDays] = useState(spanOf(filter, now) === 'days');
  const days = daysOf(filter);
  return {
    span: entersDays ? 'days' : spanOf(filter, now),
    days,
    chooseSpan: (next) => {
      setEntersDays(next === 'days');
      if (next !== 'days') onChange(timesOf(next, days, now));
    },
    chooseDays: (part) => onChange(timesOf('days', { ...days, ...part }, now)),
    reset: () => setEntersDays(false),
  };
}
