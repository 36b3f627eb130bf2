/** The bar at the top: which product, whose leads, and the menu of the person. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { Link } from 'react-router';
import { useSession } from '../session/use-session.ts';
import { PersonMenu } from './person-menu.tsx';
import { ProductMark } from '../frames/product-mark.tsx';
import { PHONE } from '../theme/screen.ts';

const useStyles = makeStyles({
  header: {
    position: 'sticky',
    top: 0,
    zIndex: 100,
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    boxSizing: 'border-box',
    height: '52px',
    padding: `0 ${tokens.spacingHorizontalL}`,
    borderBottom: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  home: {
    display: 'inline-flex',
    color: 'inherit',
    textDecorationLine: 'none',
    borderRadius: tokens.borderRadiusMedium,
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '2px' },
  },
  publisher: {
    minWidth: 0,
    flex: '1 1 auto',
    paddingLeft: tokens.spacingHorizontalM,
    borderLeft: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke1}`,
    color: tokens.colorNeutralForeground2,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  everybody: { fontStyle: 'normal' },
  phone: { [PHONE]: { fontSize: tokens.fontSizeBase200 } },
});

export function Header(): ReactElement {
  const styles = useStyles();
  const { publisher } = useSession();
  return (
    <header className={styles.header}>
      <Link to="/offers" className={styles.home}>
        <ProductMark />
      </Link>
      <span className={mergeClasses(styles.publisher, styles.phone)}>
        {publisher ? publisher.name : 'All publishers'}
      </span>
      <PersonMenu />
    </header>
  );
}
