/** Which forms hold something that was entered and not saved: nothing navigates away from that by itself. */
import { useEffect } from 'react';

const forms = new Set<symbol>();

export function hasUnsavedWork(): boolean {
  return forms.size > 0;
}

/** While `isUnsaved`, the browser asks before the page is closed and an ended session does not leave it. */
export function useUnsavedWork(isUnsaved: boolean): void {
  useEffect(() => {
    if (!isUnsaved) return;
    const form = Symbol();
    forms.add(form);
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => {
      forms.delete(form);
      window.removeEventListener('beforeunload', ask);
    };
  }, [isUnsaved]);
}
