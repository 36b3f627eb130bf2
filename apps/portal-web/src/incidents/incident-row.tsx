/** One incident in the list. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import type { IncidentView } from '@leads/contracts/portal-api';
import { kindWords, leadsWords } from '../pieces/problem-words.ts';
import { StateBadge } from '../pieces/state-badge.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { card, quiet } from '../theme/looks.ts';
import { incidentWords } from './incident-words.ts';

const useStyles = makeStyles({
  row: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    minWidth: 0,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    overflowWrap: 'anywhere',
    ...card,
  },
  top: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  title: {
    flex: '1 1 200px',
    minWidth: 0,
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
  },
  what: { maxWidth: '75ch' },
  quiet,
});

export function IncidentRow({ incident }: { incident: IncidentView }): ReactElement {
  const styles = useStyles();
  const { incidentId, kind, state, what, since, resolvedAt, acknowledgedBy, offers, leads } = incident;
  return (
    <li className={styles.row}>
      <div className={styles.top}>
        <h2 className={styles.title}>
          <TextLink to={`/incidents/${incidentId}`}>{kindWords(kind)}</TextLink>
        </h2>
        <StateBadge {...incidentWords[state]} />
      </div>
      <div className={styles.what}>{what}</div>
      {offers.length > 0 && (
        <div className={styles.quiet}>{offers.map(({ title }) => title).join(' · ')}</div>
      )}
      <div className={styles.quiet}>
        Since <Time at={since} as="short" />
        {resolvedAt !== undefined && (
          <>
            , until <Time at={resolvedAt} as="short" />
          </>
        )}
        {state === 'acknowledged' && acknowledgedBy !== undefined && ` · ${acknowledgedBy}`}
        {leads.waiting + leads.dead > 0 && ` · ${leadsWords(leads)}`}
      </div>
    </li>
  );
}
