/** How long a server asked to be left alone; how long it is granted, who asked it decides. */

/** How an HTTP date begins. What else `Date.parse` takes for a time, "-5" say, is none. */
const DAY_NAME = /^(mon|tue|wed|thu|fri|sat|sun)/i;

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date, which goes by the server's own `Date`, for clocks differ.
 * @param now milliseconds since the epoch, where the server does not say what time it is there
 * @returns milliseconds from now, never negative, however many; `undefined` where there is none or it makes no sense
 */
export function retryAfterMs(
  { 'retry-after': header, date }: Readonly<Record<string, string | undefined>>,
  now: number,
): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^\d+(\.\d+)?$/.test(text)
    ? Math.ceil(Number(text) * 1000)
    : httpDate(text) - (httpDate(date?.trim() ?? '') || now);
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function httpDate(text: string): number {
  return Date.parse(DAY_NAME.test(text) ? text : '');
}
