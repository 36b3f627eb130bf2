/** How many leads of an offer there are, and in which state; each number leads to them. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { Link } from 'react-router';
import type { LeadFilter, Offer } from '@leads/contracts/portal-api';
import { Section } from '../pieces/section.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { leadsAddress } from '../leads/leads-address.ts';

const useStyles = makeStyles({
  counts: {
    display: 'grid',
    gridTemplateColumns: 'repeat(3, minmax(0, 1fr))',
    gap: tokens.spacingHorizontalS,
  },
  count: {
    display: 'flex',
    flexDirection: 'column',
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground2,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    ':hover': { backgroundColor: tokens.colorNeutralBackground2Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  number: {
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  name: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  last: { color: tokens.colorNeutralForeground2 },
});

export function LeadCounts({ offer }: { offer: Offer }): ReactElement {
  const styles = useStyles();
  const { connectionId, counts, lastLeadAt } = offer;
  const tiles: readonly { name: string; count: number; filter: LeadFilter; isBad?: boolean }[] = [
    { name: 'Written', count: counts.written, filter: { connectionId, state: 'written' } },
    { name: 'Waiting', count: counts.pending, filter: { connectionId, state: 'pending' } },
    { name: 'Dead', count: counts.dead, filter: { connectionId, state: 'dead' }, isBad: counts.dead > 0 },
  ];
  return (
    <Section title="Leads" actions={<TextLink to={leadsAddress({ connectionId })}>All leads</TextLink>}>
      <div className={styles.counts}>
        {tiles.map(({ name, count, filter, isBad = false }) => (
          <Link key={name} to={leadsAddress(filter)} className={styles.count}>
            <span className={mergeClasses(styles.number, isBad && styles.bad)}>
              {count.toLocaleString('en')}
            </span>
            <span className={styles.name}>{name}</span>
          </Link>
        ))}
      </div>
      <div className={styles.last}>
        {lastLeadAt === undefined ? (
          'No lead has come yet.'
        ) : (
          <>
            Last lead <Time at={lastLeadAt} />
          </>
        )}
      </div>
    </Section>
  );
}
