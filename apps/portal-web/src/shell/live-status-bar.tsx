/** Says when what is shown may be out of date, because live events do not come. */
import { makeStyles, Spinner, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { useLiveStatus } from '../api/live.ts';

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    backgroundColor: tokens.colorStatusWarningBackground1,
    color: tokens.colorNeutralForeground1,
    fontSize: tokens.fontSizeBase200,
  },
});

export function LiveStatusBar(): ReactElement {
  const styles = useStyles();
  const status = useLiveStatus();
  return (
    <div role="status">
      {status === 'reconnecting' && (
        <div className={styles.bar}>
          <Spinner size="extra-tiny" aria-hidden />
          Reconnecting: what you see may be some seconds old. Leads are taken in meanwhile.
        </div>
      )}
    </div>
  );
}
