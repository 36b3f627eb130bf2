/** What one should know of details that were just saved: which entries of the mapping leads are written without. */
import {
  Button,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { DialogFrame } from '../pieces/dialog-frame.tsx';
import { plainList } from '../theme/looks.ts';
import type { Connection } from './connection.ts';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, ...plainList },
  entry: { overflowWrap: 'anywhere' },
});

export interface SavedWithWarningsProps {
  title: string;
  warnings: NonNullable<Connection['warnings']>;
  onClose: () => void;
}

/** Shown for as long as it is rendered, in place of the dialog in which was saved. */
export function SavedWithWarnings({ title, warnings, onClose }: SavedWithWarningsProps): ReactElement {
  const styles = useStyles();
  return (
    <DialogFrame
      title={title}
      kind="alert"
      onClose={onClose}
      actions={
        <Button appearance="primary" onClick={onClose}>
          Close
        </Button>
      }
    >
      <MessageBar intent="warning" layout="multiline" politeness="assertive">
        <MessageBarBody>
          <MessageBarTitle>Saved. The mapping needs a look.</MessageBarTitle>
          What leads are written without, and what could not be checked, with what to do about it.
        </MessageBarBody>
      </MessageBar>
      <ul className={styles.list} aria-label="What to look at in the mapping">
        {warnings.map(({ pointer, what, remedy }) => (
          <li key={pointer + what} className={styles.entry}>
            <strong>{nameOf(pointer)}</strong>
            <div>{what}</div>
            <div>{remedy}</div>
          </li>
        ))}
      </ul>
    </DialogFrame>
  );
}

/** `/mapping/lookups/new_campaign` as people read it: `lookups: new_campaign`. */
function nameOf(pointer: string): string {
  const [, ...parts] = pointer.split('/').slice(1);
  return parts.length === 0 ? 'The whole mapping' : parts.join(': ');
}
