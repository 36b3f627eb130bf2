/** Asks before something is done that is not undone with a click, by naming what will happen. */
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactElement, ReactNode, RefObject } from 'react';
import { BusyButton } from './busy-button.tsx';
import { DialogFrame } from './dialog-frame.tsx';
import { ProblemBar } from './problem-bar.tsx';

const useStyles = makeStyles({
  button: { whiteSpace: 'nowrap' },
  dangerous: {
    backgroundColor: tokens.colorStatusDangerBackground3,
    color: tokens.colorNeutralForegroundOnBrand,
    ':hover': {
      backgroundColor: tokens.colorStatusDangerBackground3Hover,
      color: tokens.colorNeutralForegroundOnBrand,
    },
    ':hover:active': {
      backgroundColor: tokens.colorStatusDangerBackground3Pressed,
      color: tokens.colorNeutralForegroundOnBrand,
    },
  },
});

export interface ConfirmDialogProps {
  isOpen: boolean;
  /** A question, e.g. `Delete the connection of Contoso CRM?` */
  title: string;
  /** What will happen, and what will not. */
  children: ReactNode;
  /** The verb on the button, e.g. `Delete the connection`. */
  action: string;
  /** The word on the button that does nothing; `Cancel` without it. */
  cancel?: string;
  /** Red, for what cannot be undone. */
  isDangerous?: boolean;
  /** While it is being done. */
  isPending?: boolean;
  /** What went wrong the last time. */
  problem?: unknown;
  /** Around the button that the focus returns to where what had it is gone, as an entry of a menu. */
  returnTo?: RefObject<HTMLElement | null>;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Rendered always, or while it is open: both will do. */
export function ConfirmDialog(props: ConfirmDialogProps): ReactElement | undefined {
  return props.isOpen ? <Question {...props} /> : undefined;
}

function Question(props: ConfirmDialogProps): ReactElement {
  const { title, action, cancel = 'Cancel', isDangerous = false, isPending = false, problem } = props;
  const styles = useStyles();
  return (
    <DialogFrame
      title={title}
      kind="alert"
      isBusy={isPending}
      returnTo={props.returnTo}
      onClose={props.onCancel}
      actions={
        <>
          <Button className={styles.button} onClick={props.onCancel} disabled={isPending}>
            {cancel}
          </Button>
          <BusyButton
            appearance="primary"
            className={mergeClasses(styles.button, isDangerous && styles.dangerous)}
            isBusy={isPending}
            onClick={props.onConfirm}
          >
            {action}
          </BusyButton>
        </>
      }
    >
      {problem !== undefined && problem !== null && <ProblemBar problem={problem} showFaults />}
      {props.children}
    </DialogFrame>
  );
}
