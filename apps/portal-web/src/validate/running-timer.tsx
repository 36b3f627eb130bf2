/** The time since it was first shown, running. Not announced: a screen reader is told results. */
import { useState, type ReactElement } from 'react';
import { useQuickNow } from '../pieces/clock.ts';

/** Counts from when it is first shown: the clocks of server and browser may differ by more than a check takes. */
export function RunningTimer(): ReactElement {
  const [began] = useState(() => Date.now());
  const elapsed = Math.max(0, useQuickNow() - began);
  return <span aria-hidden>{(elapsed / 1000).toFixed(1)} s</span>;
}
