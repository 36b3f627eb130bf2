/** What is shown until it is known who is signed in. */
import { makeStyles, Spinner } from '@fluentui/react-components';
import type { ReactElement } from 'react';

const useStyles = makeStyles({ screen: { display: 'grid', placeItems: 'center', minHeight: '100dvh' } });

export function OpeningScreen(): ReactElement {
  const styles = useStyles();
  return (
    <main className={styles.screen}>
      <Spinner label="Opening…" labelPosition="below" delay={300} />
    </main>
  );
}
