/** Goes to another page of the console from an event handler. */
import { useCallback } from 'react';
import { type NavigateOptions, useNavigate } from 'react-router';

/** @returns a function that navigates; a navigation that another one overtakes is none to worry about */
export function useGo(): (to: string, options?: NavigateOptions) => void {
  const navigate = useNavigate();
  return useCallback(
    (to, options) => {
      Promise.resolve(navigate(to, options)).catch(() => undefined);
    },
    [navigate],
  );
}
