/** What is shown until it is known who is signed in. */
import { makeStyles, Spinner, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { PRODUCT_NAME } from './product-name.ts';

const useStyles = makeStyles({
  screen: {
    display: 'grid',
    placeContent: 'center',
    justifyItems: 'center',
    gap: tokens.spacingVerticalL,
    minHeight: '100dvh',
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold },
});

export function OpeningScreen(): ReactElement {
  const styles = useStyles();
  return (
    <main className={styles.screen}>
      <h1 className={styles.title}>{PRODUCT_NAME}</h1>
      <Spinner label="Opening…" labelPosition="below" delay={300} />
    </main>
  );
}
