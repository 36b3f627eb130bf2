/** What is the matter with an offer or a lane: of which kind, since when, how many leads it hits now, and where more stands. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import type { Problem } from '@leads/contracts/portal-api';
import { quiet } from '../theme/looks.ts';
import { kindWords, leadsWords } from './problem-words.ts';
import { TextLink } from './text-link.tsx';
import { Time } from './time.tsx';

const useStyles = makeStyles({
  kind: { fontWeight: tokens.fontWeightSemibold },
  quiet,
});

/** @param page where it is told what to do, if it is part of no incident */
export function ProblemSummary({ problem, page }: { problem: Problem; page?: string }): ReactElement {
  const styles = useStyles();
  const { kind, leads = NONE, since, what, incidentId } = problem;
  const address = incidentId === undefined ? page : `/incidents/${incidentId}`;
  return (
    <>
      <div>
        {kind !== undefined && <span className={styles.kind}>{kindWords(kind)}. </span>}
        {what}
      </div>
      <div className={styles.quiet}>
        Since <Time at={since} as="short" />
        {leads.waiting + leads.dead > 0 && ` · ${leadsWords(leads)}`}
        {address !== undefined && (
          <>
            {' · '}
            <TextLink to={address} look="in-text">
              {incidentId === undefined ? 'What to do' : 'See the incident'}
            </TextLink>
          </>
        )}
      </div>
    </>
  );
}

const NONE = { waiting: 0, dead: 0 };
