/** The ways through the console: a rail at the side, on a phone a bar at the bottom. */
import { Badge, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  Alert20Filled,
  Alert20Regular,
  Building20Filled,
  Building20Regular,
  bundleIcon,
  ClipboardTextLtr20Filled,
  ClipboardTextLtr20Regular,
  type FluentIcon,
  HeartPulse20Filled,
  HeartPulse20Regular,
  People20Filled,
  People20Regular,
  Tag20Filled,
  Tag20Regular,
} from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { NavLink } from 'react-router';
import type { Role } from '@leads/contracts/portal-api';
import { incidentsQuery } from '../api/incidents-query.ts';
import { mayChange, mayOperate } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { DESKTOP, PHONE, TABLET } from '../theme/screen.ts';
import { plainList } from '../theme/looks.ts';

interface Way {
  to: string;
  text: string;
  Icon: FluentIcon;
  isFor: (role: Role) => boolean;
}

const INCIDENTS = '/incidents';
const everybody = (): boolean => true;
const ways: readonly Way[] = [
  { to: '/offers', text: 'Offers', Icon: bundleIcon(Tag20Filled, Tag20Regular), isFor: everybody },
  { to: '/leads', text: 'Leads', Icon: bundleIcon(People20Filled, People20Regular), isFor: everybody },
  { to: INCIDENTS, text: 'Incidents', Icon: bundleIcon(Alert20Filled, Alert20Regular), isFor: everybody },
  {
    to: '/health',
    text: 'Health',
    Icon: bundleIcon(HeartPulse20Filled, HeartPulse20Regular),
    isFor: mayOperate,
  },
  {
    to: '/publishers',
    text: 'Publishers',
    Icon: bundleIcon(Building20Filled, Building20Regular),
    isFor: mayOperate,
  },
  {
    to: '/audit',
    text: 'Audit',
    Icon: bundleIcon(ClipboardTextLtr20Filled, ClipboardTextLtr20Regular),
    isFor: mayChange,
  },
];

const useStyles = makeStyles({
  nav: {
    backgroundColor: tokens.colorNeutralBackground3,
    [DESKTOP]: { padding: tokens.spacingHorizontalM },
    [TABLET]: { padding: tokens.spacingHorizontalXS },
    '@media (min-width: 641px)': {
      minHeight: 'calc(100dvh - 52px)',
      boxSizing: 'border-box',
      borderRight: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}`,
    },
    [PHONE]: {
      position: 'fixed',
      insetInline: 0,
      bottom: 0,
      zIndex: 100,
      paddingBottom: 'env(safe-area-inset-bottom)',
      borderTop: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}`,
      backgroundColor: tokens.colorNeutralBackground1,
    },
  },
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXXS,
    ...plainList,
    [PHONE]: { flexDirection: 'row', gap: 0 },
    '@media (min-width: 641px)': { position: 'sticky', top: `calc(52px + ${tokens.spacingHorizontalM})` },
  },
  item: { [PHONE]: { flex: '1 1 0', minWidth: 0 } },
  way: {
    position: 'relative',
    display: 'flex',
    alignItems: 'center',
    boxSizing: 'border-box',
    color: tokens.colorNeutralForeground2,
    textDecorationLine: 'none',
    borderRadius: tokens.borderRadiusMedium,
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover, color: tokens.colorNeutralForeground1 },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
    [DESKTOP]: {
      gap: tokens.spacingHorizontalM,
      height: '40px',
      padding: `0 ${tokens.spacingHorizontalM}`,
    },
    '@media (max-width: 1023px)': {
      flexDirection: 'column',
      justifyContent: 'center',
      gap: tokens.spacingVerticalXXS,
      height: '60px',
      fontSize: tokens.fontSizeBase200,
    },
  },
  open: {
    position: 'absolute',
    top: '4px',
    right: '8px',
    [DESKTOP]: { position: 'static', marginInlineStart: 'auto' },
  },
  here: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    '& svg': { color: tokens.colorBrandForeground1 },
    '::before': {
      content: '""',
      position: 'absolute',
      left: 0,
      top: '10px',
      bottom: '10px',
      width: '3px',
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorCompoundBrandStroke,
      [PHONE]: { left: '32%', right: '32%', top: 0, bottom: 'auto', width: 'auto', height: '3px' },
    },
    [DESKTOP]: { backgroundColor: tokens.colorNeutralBackground1 },
  },
});

export function Navigation(): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  return (
    <nav className={styles.nav} aria-label="Main">
      <ul className={styles.list}>
        {ways
          .filter(({ isFor }) => isFor(role))
          .map(({ to, text, Icon }) => (
            <li key={to} className={styles.item}>
              <NavLink
                to={to}
                className={({ isActive }) => mergeClasses(styles.way, isActive && styles.here)}
              >
                {({ isActive }) => (
                  <>
                    <Icon filled={isActive} aria-hidden />
                    {text}
                    {to === INCIDENTS && <OpenIncidents />}
                  </>
                )}
              </NavLink>
            </li>
          ))}
      </ul>
    </nav>
  );
}

/** How many of them nobody has taken on yet. */
function OpenIncidents(): ReactElement | undefined {
  const styles = useStyles();
  const { data: open = 0 } = useQuery({ ...incidentsQuery, select: (incidents) => incidents.open });
  if (open === 0) return undefined;
  return (
    <Badge className={styles.open} color="danger" size="small" aria-label={`${open} open`} role="img">
      {open > 99 ? '99+' : open}
    </Badge>
  );
}
