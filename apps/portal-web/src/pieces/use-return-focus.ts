/** Gives the focus back when a dialog closes. */
import { type RefObject, useEffect, useState } from 'react';

/** A dialog gives up the focus a moment after it is gone. */
const MOMENT_MS = 60;

/**
 * For a component that is rendered while its dialog is open: when it goes, the focus returns to what had it before,
 * or, where that is gone too (an entry of a menu), to the button in `fallback`. What has taken the focus meanwhile keeps it.
 */
export function useReturnFocus(fallback?: RefObject<HTMLElement | null>): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      setTimeout(() => {
        if (document.activeElement && document.activeElement !== document.body) return;
        const target = opener?.isConnected ? opener : fallback?.current?.querySelector('button');
        if (target instanceof HTMLElement) target.focus();
      }, MOMENT_MS);
    },
    [opener, fallback],
  );
}
