/** The shape of a chart: lines over time as SVG paths in a box of 100 by 100, and round numbers for its scale; pure. */

/** One line: a value for each bucket; nothing where there is none to show. */
export type Values = readonly (number | undefined)[];

/** The smallest of 1, 2 and 5 times a power of ten that is not below the largest value; 1 where all are zero. */
export function scaleOf(lines: readonly Values[]): number {
  const most = Math.max(0, ...lines.flat().map((value) => value ?? 0));
  if (most === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  // What floating point makes of a power of ten must not lift a round number onto the next step.
  const step = [1, 2, 5, 10].find((factor) => factor * power >= most * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** @returns the path; gaps stay gaps, and a value on its own is left to {@link dotsOf} */
export function pathOf(values: Values, scale: number): string {
  return values
    .map((value, index) => {
      if (value === undefined || isAlone(values, index)) return '';
      return `${values[index - 1] === undefined ? 'M' : 'L'}${pointOf(values, index, value / scale)}`;
    })
    .join('');
}

/** @returns a path of dots (a round line cap each) for the values that have no neighbour */
export function dotsOf(values: Values, scale: number): string {
  return values
    .map((value, index) =>
      value === undefined || !isAlone(values, index) ? '' : `M${pointOf(values, index, value / scale)}h0`,
    )
    .join('');
}

function isAlone(values: Values, index: number): boolean {
  return values[index - 1] === undefined && values[index + 1] === undefined;
}

function pointOf(values: Values, index: number, share: number): string {
  const across = values.length < 2 ? 50 : (index / (values.length - 1)) * 100;
  return `${round(across)} ${round(100 - share * 100)}`;
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}
