/** How long what is kept and by whom it is set; owners choose how long what their customers said is. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { RetentionView } from '@leads/contracts/portal-api';
import { read } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { useSession } from '../session/use-session.ts';
import { plainList, quiet } from '../theme/looks.ts';
import { PHONE } from '../theme/screen.ts';
import { ChooseDaysDialog } from './choose-days-dialog.tsx';
import { howLong, setByWords } from './retention-words.ts';

const useStyles = makeStyles({
  list: { ...plainList, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 3fr) minmax(0, 2fr)',
    gap: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalL}`,
    [PHONE]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  quiet,
});

export function RetentionSection(): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const [isChoosing, setChoosing] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: keys.retention,
    queryFn: ({ signal }) => read<RetentionView>('/api/retention', signal),
  });
  return (
    <Section
      title="How long what is kept"
      intro="What is older goes by itself, for good. Leads that wait never do."
      actions={
        data && role === 'owner' && <Button onClick={() => setChoosing(true)}>Choose for leads</Button>
      }
    >
      {error && !data && <ProblemBar problem={error} onRetry={refetch} />}
      {!data && !error && <RowsSkeleton what="how long what is kept" rows={4} />}
      {data && (
        <ul className={styles.list} aria-label="How long what is kept">
          {data.kept.map((store) => (
            <li key={store.what} className={styles.row}>
              <div>{store.what}</div>
              <div>
                {howLong(store)}
                <div className={styles.quiet}>{setByWords(store, data.leads.chosen !== undefined)}</div>
              </div>
            </li>
          ))}
        </ul>
      )}
      {data && isChoosing && <ChooseDaysDialog leads={data.leads} onClose={() => setChoosing(false)} />}
    </Section>
  );
}
