/** Above the list, where dead leads are in it: replays those that are selected, or all that the filter shows. */
import { Button, Checkbox, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowRepeatAll20Regular } from '@fluentui/react-icons';
import { useState, type ReactElement } from 'react';
import type { ReplayOrder } from '@leads/contracts/portal-api';
import { countWords } from '../pieces/time-words.ts';
import { isEmpty, type LeadFilter } from './lead-filter.ts';
import { ReplayDialog } from './replay-dialog.tsx';
import type { Selection } from './use-selection.ts';

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    minHeight: '32px',
  },
});

export interface ReplayBarProps {
  filter: LeadFilter;
  selection: Selection;
}

export function ReplayBar({ filter, selection }: ReplayBarProps): ReactElement {
  const styles = useStyles();
  const [asked, setAsked] = useState<{ order: ReplayOrder; what: string }>();
  const { selectable, selected, selectAll } = selection;
  const count = selected.length;
  return (
    <>
      <div className={styles.bar}>
        <Checkbox
          label={count === 0 ? 'Select the dead leads shown' : `${count} selected`}
          checked={count === 0 ? false : count === selectable.length ? true : 'mixed'}
          onChange={(_, { checked }) => selectAll(checked === true)}
        />
        <Button
          icon={<ArrowRepeatAll20Regular />}
          disabledFocusable={count === 0}
          onClick={() =>
            setAsked({ order: { leadIds: [...selected] }, what: countWords(count, 'dead lead') })
          }
        >
          Replay selected
        </Button>
        <Button
          appearance="subtle"
          onClick={() =>
            setAsked({
              order: { filter },
              what: `all dead leads that ${isEmpty(filter) ? 'there are' : 'this filter shows'}`,
            })
          }
        >
          {isEmpty(filter) ? 'Replay all dead leads' : 'Replay all dead leads of this filter'}
        </Button>
      </div>
      {asked && (
        <ReplayDialog
          {...asked}
          onClose={(isOrdered) => {
            setAsked(undefined);
            if (isOrdered) selectAll(false);
          }}
        />
      )}
    </>
  );
}
