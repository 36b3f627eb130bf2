/** Asks before something is done that is not undone with a click, by naming what will happen. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  mergeClasses,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import type { ReactElement, ReactNode, RefObject } from 'react';
import { useReturnFocus } from './use-return-focus.ts';
import { ProblemBar } from './problem-bar.tsx';

const useStyles = makeStyles({
  content: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    paddingBottom: tokens.spacingVerticalM,
  },
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
  useReturnFocus(props.returnTo);
  const {
    title,
    children,
    action,
    isDangerous = false,
    isPending = false,
    problem,
    cancel = 'Cancel',
  } = props;
  const styles = useStyles();
  return (
    <Dialog
      open
      modalType="alert"
      onOpenChange={(_, { open }) => {
        if (!open && !isPending) props.onCancel();
      }}
    >
      <DialogSurface backdrop={{ appearance: 'dimmed' }}>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className={styles.content}>
            {problem !== undefined && problem !== null && <ProblemBar problem={problem} showFaults />}
            {children}
          </DialogContent>
          <DialogActions>
            <Button className={styles.button} onClick={props.onCancel} disabled={isPending}>
              {cancel}
            </Button>
            <Button
              appearance="primary"
              className={mergeClasses(styles.button, isDangerous && styles.dangerous)}
              disabledFocusable={isPending}
              onClick={props.onConfirm}
              {...(isPending ? { icon: <Spinner size="tiny" /> } : {})}
            >
              {action}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
