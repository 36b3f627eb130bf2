/** Things that strangers can make happen without end, told of without filling a log. */

/**
 * Tells of the first at once, and with the next after `everyMs` of all that came meanwhile.
 * @param tell gets how many there were, and the newest
 * @param now milliseconds of a clock
 */
export function toldTogether<Happened = void>(
  tell: (count: number, newest: Happened) => void,
  everyMs: number,
  now: () => number = () => performance.now(),
): (happened: Happened) => void {
  let count = 0;
  let toldAt = -Infinity;
  return (happened) => {
    count += 1;
    if (now() - toldAt < everyMs) return;
    tell(count, happened);
    toldAt = now();
    count = 0;
  };
}
