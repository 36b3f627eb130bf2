/** Opens the dialog for another secret; its script is loaded then. */
import { lazy, Suspense, type ReactElement } from 'react';
import type { ReplaceSecretDialogProps } from './details/replace-secret-dialog.tsx';

const Dialog = lazy(() =>
  import('./details/replace-secret-dialog.tsx').then((part) => ({ default: part.ReplaceSecretDialog })),
);

/** Rendered while it is open. */
export function ReplaceSecret(props: ReplaceSecretDialogProps): ReactElement {
  return (
    <Suspense fallback={null}>
      <Dialog {...props} />
    </Suspense>
  );
}
