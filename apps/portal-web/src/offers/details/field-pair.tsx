/** Two fields beside each other, below each other where there is no room. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactElement, ReactNode } from 'react';

const useStyles = makeStyles({
  pair: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(220px, 100%), 1fr))',
    gap: tokens.spacingHorizontalL,
    alignItems: 'start',
  },
});

export function FieldPair({ children }: { children: ReactNode }): ReactElement {
  return <div className={useStyles().pair}>{children}</div>;
}
