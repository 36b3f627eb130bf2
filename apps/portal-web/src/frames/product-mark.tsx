/** The product's sign and name. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import icon from './icon.svg';
import { PRODUCT_NAME } from './product-name.ts';

const useStyles = makeStyles({
  mark: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase300,
    whiteSpace: 'nowrap',
  },
});

export function ProductMark(): ReactElement {
  const styles = useStyles();
  return (
    <span className={styles.mark}>
      <img src={icon} alt="" width={24} height={24} />
      {PRODUCT_NAME}
    </span>
  );
}
