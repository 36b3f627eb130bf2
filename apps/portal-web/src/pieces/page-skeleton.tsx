/** The outline of what is being loaded; says so to screen readers. */
import { makeStyles, Skeleton, SkeletonItem, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { PHONE } from '../theme/screen.ts';

const useStyles = makeStyles({
  page: {
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXXL}`,
    [PHONE]: { padding: tokens.spacingHorizontalL },
  },
  rows: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  title: { width: '200px', maxWidth: '60%' },
});

/** A whole page whose script is on its way. */
export function PageSkeleton(): ReactElement {
  const styles = useStyles();
  return (
    <div className={styles.page}>
      <RowsSkeleton what="the page" hasTitle />
    </div>
  );
}

/** Rows whose data is on its way; `what` completes "Loading …". */
export function RowsSkeleton({
  what,
  rows = 4,
  hasTitle = false,
}: {
  what: string;
  rows?: number;
  hasTitle?: boolean;
}): ReactElement {
  const styles = useStyles();
  return (
    <Skeleton aria-label={`Loading ${what}`} className={styles.rows}>
      {hasTitle && <SkeletonItem size={32} className={styles.title} />}
      {Array.from({ length: rows }, (_, row) => (
        <SkeletonItem key={row} size={56} />
      ))}
    </Skeleton>
  );
}
