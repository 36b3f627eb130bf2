/** Times and durations in words, pure: English words, the reader's own time zone. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How long ago or ahead, coarse: `just now`, `5 minutes ago`, `in 2 hours`, `yesterday`. */
export function relativeTime(at: Date, now: Date): string {
  const away = at.getTime() - now.getTime();
  const size = Math.abs(away);
  if (size < 45_000) return away > 10_000 ? 'in a moment' : 'just now';
  if (size < HOUR) return relative.format(Math.round(away / MINUTE), 'minute');
  if (size < DAY) return relative.format(Math.round(away / HOUR), 'hour');
  if (size < 30 * DAY) return relative.format(Math.round(away / DAY), 'day');
  if (size < 365 * DAY) return relative.format(Math.round(away / (30 * DAY)), 'month');
  return relative.format(Math.round(away / (365 * DAY)), 'year');
}

/** To the second and with its zone, e.g. `22 Nov 2026, 14:05:09 CET`. `zone` is the reader's own without it. */
export function exactTime(at: Date, zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...(zone === undefined ? {} : { timeZone: zone }),
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(at);
}

/** Day and time for a table, e.g. `22 Nov, 14:05`; with the year where it is another one. */
export function shortTime(at: Date, now: Date, zone?: string): string {
  const inZone = zone === undefined ? {} : { timeZone: zone };
  const yearOf = (date: Date): string =>
    new Intl.DateTimeFormat('en-GB', { ...inZone, year: 'numeric' }).format(date);
  return new Intl.DateTimeFormat('en-GB', {
    ...inZone,
    day: 'numeric',
    month: 'short',
    ...(yearOf(at) === yearOf(now) ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
}

/** A date without a time, `YYYY-MM-DD`, as people write it: `22 Nov 2026`. Days have no zone. */
export function dayWords(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).format(date);
}

/** How long something took: `85 ms`, `1.4 s`, `38 s`, `2 min 5 s`, `3 h 20 min`. */
export function durationWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** `1 lead`, `2 leads`, `1,234 leads`. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
