/** What a measurement says, and how it is asked for and printed. */
import { parseArgs } from 'node:util';

/** One JSON line. */
export interface Bar {
  bar: string;
  value: number;
  unit: string;
  goal: string;
  met: boolean;
  /** What else explains the value. */
  [explanation: string]: unknown;
}

/** What the command line says of how a bar is measured; most do without. */
export interface Asked {
  /** A built checkout of an older state, to be measured as well. */
  before?: string | undefined;
  /** Of how many leads, where it is not the bar's own number. */
  leads?: string | undefined;
}

/**
 * Measures what the command line asks for (`[--json] [--only NAME] [--before DIR] [--leads N]`), and prints one line for
 * each.
 */
export async function printBars(bars: Record<string, (asked: Asked) => Promise<Bar>>): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      before: { type: 'string' },
      leads: { type: 'string' },
    },
  });
  for (const [name, measure] of Object.entries(bars)) {
    if (values.only === undefined || values.only === name) printBar(await measure(values), values.json);
  }
}

export function printBar({ bar, value, unit, goal, met, ...rest }: Bar, asJson: boolean): void {
  process.stdout.write(
    asJson
      ? `${JSON.stringify({ bar, value, unit, goal, met, ...rest })}\n`
      : `${bar}: ${value} ${unit}, ${met ? 'met' : 'missed'} (goal ${goal}) ${JSON.stringify(rest)}\n`,
  );
}
