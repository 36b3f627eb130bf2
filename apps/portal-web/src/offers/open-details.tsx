/** Opens the Connection details dialog; its script is loaded then. */
import { Spinner } from '@fluentui/react-components';
import { lazy, Suspense, type ReactElement } from 'react';
import type { ConnectionDetailsDialogProps } from './details/connection-details-dialog.tsx';

const load = (): Promise<{ default: (props: ConnectionDetailsDialogProps) => ReactElement }> =>
  import('./details/connection-details-dialog.tsx').then((part) => ({
    default: part.ConnectionDetailsDialog,
  }));
const Dialog = lazy(load);

/** Rendered while it is open. */
export function ConnectionDetails(props: ConnectionDetailsDialogProps): ReactElement {
  return (
    <Suspense fallback={<Spinner size="tiny" label="Opening Connection details…" delay={200} />}>
      <Dialog {...props} />
    </Suspense>
  );
}
