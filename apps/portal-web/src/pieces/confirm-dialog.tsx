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
  Spinner,
  tokens,
} from '@fluentui/react-components';
import type { ReactElement, ReactNode } from 'react';
import { ProblemBar } from './problem-bar.tsx';

const useStyles = makeStyles({
  content: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    paddingBottom: tokens.spacingVerticalM,
  },
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
  onConfirm: () => void;
  onCancel: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps): ReactElement {
  const {
    isOpen,
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
      open={isOpen}
      modalType="alert"
      onOpenChange={(_, { open }) => {
        if (!open && !isPending) props.onCancel();
      }}
    >
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className={styles.content}>
            {problem !== undefined && problem !== null && <ProblemBar problem={problem} showFaults />}
            {children}
          </DialogContent>
          <DialogActions>
            <Button onClick={props.onCancel} disabled={isPending}>
              {cancel}
            </Button>
            <Button
              appearance="primary"
              {...(isDangerous ? { className: styles.dangerous } : {})}
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
