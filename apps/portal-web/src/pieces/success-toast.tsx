/** A short message that something worked. What failed belongs where it was tried, not here. */
import { Toast, ToastBody, ToastTitle, useToastController } from '@fluentui/react-components';
import { useCallback } from 'react';

/** The id of the shell's toaster. */
export const TOASTER = 'messages';

/** @returns a function that shows what was done, with what follows from it where that helps */
export function useSuccessToast(): (done: string, next?: string) => void {
  const { dispatchToast } = useToastController(TOASTER);
  return useCallback(
    (done, next) =>
      dispatchToast(
        <Toast>
          <ToastTitle>{done}</ToastTitle>
          {next !== undefined && <ToastBody>{next}</ToastBody>}
        </Toast>,
        { intent: 'success', timeout: 5_000, pauseOnHover: true },
      ),
    [dispatchToast],
  );
}
