/** accepted = written + waiting + dead + removed: every lead that was ever taken in is in one of these. */
import { makeStyles, MessageBar, MessageBarBody, MessageBarTitle, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import type { Lanes, LeadState } from '@leads/contracts/portal-api';
import { Section } from '../pieces/section.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { leadsAddress } from '../leads/leads-address.ts';
import { quiet } from '../theme/looks.ts';

const useStyles = makeStyles({
  equation: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    margin: 0,
  },
  number: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  name: quiet,
  sign: { fontSize: tokens.fontSizeBase500, color: tokens.colorNeutralForeground3 },
});

interface Part {
  name: string;
  count: number;
  sign: string;
  /** Whose list it leads to. */
  state?: LeadState;
}

export function TotalsSection({ totals }: { totals: Lanes['totals'] }): ReactElement {
  const styles = useStyles();
  const parts = [
    { name: 'Accepted', count: totals.accepted, sign: '' },
    { name: 'Written', count: totals.written, sign: '=', state: 'written' as const },
    { name: 'Waiting', count: totals.pending, sign: '+', state: 'pending' as const },
    { name: 'Dead', count: totals.dead, sign: '+', state: 'dead' as const },
    ...(totals.removed === undefined
      ? []
      : [
          {
            name: 'Removed, because they were dead for as long as they are kept',
            count: totals.removed,
            sign: '+',
          },
        ]),
  ];
  return (
    <Section title="Every lead" intro="Test leads are counted in none of these.">
      <dl className={styles.equation}>
        {parts.map(({ name, count, sign, state }: Part) => (
          <PartOf key={name} sign={sign} name={name}>
            {state === undefined || count === 0 ? (
              count.toLocaleString('en')
            ) : (
              <TextLink to={leadsAddress({ state })}>{count.toLocaleString('en')}</TextLink>
            )}
          </PartOf>
        ))}
      </dl>
      {!totals.balanced && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>The sum does not come out even at this moment.</MessageBarTitle>
            The ledger may be behind the topics: look again in a minute. If it stays so, no lead is lost by
            it, but the ledger is wrong: see the operators' guide for how to rebuild it.
          </MessageBarBody>
        </MessageBar>
      )}
    </Section>
  );
}

function PartOf({
  sign,
  name,
  children,
}: {
  sign: string;
  name: string;
  children: ReactElement | string;
}): ReactElement {
  const styles = useStyles();
  return (
    <div>
      <dt className={styles.name}>{name}</dt>
      <dd className={styles.number}>
        {sign !== '' && (
          <span className={styles.sign} aria-hidden>
            {sign}{' '}
          </span>
        )}
        {children}
      </dd>
    </div>
  );
}
