/** One offer in the list. */
import {
  Button,
  makeStyles,
  Menu,
  MenuList,
  MenuPopover,
  MenuTrigger,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';
import { MoreHorizontal20Regular } from '@fluentui/react-icons';
import type { ReactElement, ReactNode } from 'react';
import { Link } from 'react-router';
import type { Offer } from '@leads/contracts/portal-api';
import { MenuLink } from '../pieces/menu-link.tsx';
import { ProblemSummary } from '../pieces/problem-summary.tsx';
import { HealthBadge } from '../pieces/state-badge.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { useSession } from '../session/use-session.ts';
import { leadsAddress } from '../leads/leads-address.ts';
import { card, quiet } from '../theme/looks.ts';
import { NARROW } from '../theme/screen.ts';
import { hostOf } from './sort-offers.ts';

const useStyles = makeStyles({
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 2.2fr) minmax(150px, 1fr) minmax(110px, 0.9fr) 72px 72px 32px',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalL,
    rowGap: tokens.spacingVerticalS,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    ...card,
    contentVisibility: 'auto',
    containIntrinsicSize: 'auto 76px',
    ':hover': {
      borderTopColor: tokens.colorNeutralStroke1Hover,
      borderRightColor: tokens.colorNeutralStroke1Hover,
      borderBottomColor: tokens.colorNeutralStroke1Hover,
      borderLeftColor: tokens.colorNeutralStroke1Hover,
    },
    [NARROW]: {
      alignItems: 'start',
      gridTemplateColumns: 'minmax(0, 1.6fr) minmax(0, 1fr) minmax(0, 1fr) 32px',
      gridTemplateAreas:
        '"name name name menu" "badge badge badge badge" "last waiting dead dead" "problem problem problem problem"',
    },
  },
  name: { minWidth: 0, [NARROW]: { gridArea: 'name' } },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
  },
  link: {
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    borderRadius: tokens.borderRadiusSmall,
    ':hover': { color: tokens.colorBrandForegroundLinkHover, textDecorationLine: 'underline' },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '2px' },
  },
  quiet,
  destination: { overflowWrap: 'anywhere' },
  badge: { [NARROW]: { gridArea: 'badge' } },
  last: { [NARROW]: { gridArea: 'last' } },
  waiting: { [NARROW]: { gridArea: 'waiting' } },
  dead: { [NARROW]: { gridArea: 'dead' } },
  menu: { [NARROW]: { gridArea: 'menu', alignSelf: 'start' } },
  number: { fontVariantNumeric: 'tabular-nums' },
  bad: { color: tokens.colorStatusDangerForeground1, fontWeight: tokens.fontWeightSemibold },
  problem: {
    gridColumn: '1 / -1',
    paddingTop: tokens.spacingVerticalS,
    borderTop: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke3}`,
    overflowWrap: 'anywhere',
    [NARROW]: { gridArea: 'problem' },
  },
});

export function OfferRow({ offer }: { offer: Offer }): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const { connectionId, counts, lastLeadAt, problem } = offer;
  const page = `/offers/${connectionId}`;
  return (
    <li className={styles.row}>
      <div className={styles.name}>
        <h2 className={styles.title}>
          <Link to={page} className={styles.link}>
            {offer.offer.title}
          </Link>
        </h2>
        <div className={mergeClasses(styles.quiet, styles.destination)}>
          {role === 'operator' && `${offer.publisher.name} · `}
          Dynamics 365 · {hostOf(offer.url)}
        </div>
      </div>
      <div className={styles.badge}>
        <HealthBadge health={offer.health} />
      </div>
      <Figure className={styles.last} name="Last lead">
        {lastLeadAt === undefined ? 'None yet' : <Time at={lastLeadAt} />}
      </Figure>
      <Figure className={styles.waiting} name="Waiting">
        <Count count={counts.pending} to={leadsAddress({ connectionId, state: 'pending' })} />
      </Figure>
      <Figure className={styles.dead} name="Dead">
        <Count count={counts.dead} to={leadsAddress({ connectionId, state: 'dead' })} isBad />
      </Figure>
      <div className={styles.menu}>
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button
              appearance="subtle"
              icon={<MoreHorizontal20Regular />}
              aria-label={`Actions for ${offer.offer.title}`}
            />
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <MenuLink to={page}>Offer setup</MenuLink>
              <MenuLink to={`${page}/set-up`}>Guided set-up</MenuLink>
              <MenuLink to={leadsAddress({ connectionId })}>Leads of this offer</MenuLink>
            </MenuList>
          </MenuPopover>
        </Menu>
      </div>
      {problem && (
        <div className={styles.problem}>
          <ProblemSummary problem={problem} page={page} />
        </div>
      )}
    </li>
  );
}

function Figure({
  name,
  className,
  children,
}: {
  name: string;
  className: string;
  children: ReactNode;
}): ReactElement {
  const styles = useStyles();
  return (
    <div className={className}>
      <div className={styles.quiet}>{name}</div>
      <div className={styles.number}>{children}</div>
    </div>
  );
}

function Count({ count, to, isBad = false }: { count: number; to: string; isBad?: boolean }): ReactElement {
  const styles = useStyles();
  if (count === 0) return <>0</>;
  return (
    <span className={mergeClasses(isBad && styles.bad)}>
      <TextLink to={to} look={isBad ? 'inherit' : 'alone'}>
        {count.toLocaleString('en')}
      </TextLink>
    </span>
  );
}
