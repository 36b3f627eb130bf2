/** The frame of every dialog: its title, content and buttons; a form where it has something to submit. */
import {
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { type ReactElement, type ReactNode, type RefObject, useState } from 'react';
import { useReturnFocus } from './use-return-focus.ts';

const useStyles = makeStyles({
  form: { display: 'contents' },
  words: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    paddingBottom: tokens.spacingVerticalM,
  },
  fields: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    // Room for the rings of focus, which the scrolling content would cut off.
    padding: `${tokens.spacingHorizontalXXS} ${tokens.spacingHorizontalXXS} ${tokens.spacingVerticalL}`,
  },
});

export interface DialogFrameProps {
  title: ReactNode;
  children: ReactNode;
  /** The buttons, the first one first. */
  actions: ReactNode;
  /** `alert` is closed by its buttons and Escape, and not by a click beside it. */
  kind?: 'modal' | 'alert';
  /** While it is at work it cannot be closed. */
  isBusy?: boolean;
  /** Makes it a form: called when it is submitted. */
  onSubmit?: () => void;
  onClose: () => void;
  /** Around the button that the focus returns to where what had it is gone, as an entry of a menu. */
  returnTo?: RefObject<HTMLElement | null> | undefined;
  /** Around the fields of a form. */
  fieldsRef?: RefObject<HTMLDivElement | null>;
  className?: string;
}

/** Shown for as long as it is rendered; the focus goes back where it was when it is gone. */
export function DialogFrame(props: DialogFrameProps): ReactElement {
  const { title, children, actions, kind = 'modal', isBusy = false, onSubmit, onClose } = props;
  useReturnFocus(props.returnTo);
  const styles = useStyles();
  // As it was opened: when the library is told of another, it takes the focus to the first field.
  const [modalType] = useState(kind);
  const body = (
    <DialogBody>
      <DialogTitle>{title}</DialogTitle>
      {onSubmit ? (
        <DialogContent>
          <div ref={props.fieldsRef} className={styles.fields}>
            {children}
          </div>
        </DialogContent>
      ) : (
        <DialogContent className={styles.words}>{children}</DialogContent>
      )}
      <DialogActions>{actions}</DialogActions>
    </DialogBody>
  );
  return (
    <Dialog
      open
      modalType={modalType}
      onOpenChange={(_, { open, type }) => {
        const isBeside = kind === 'alert' && type === 'backdropClick';
        if (!open && !isBusy && !isBeside) onClose();
      }}
    >
      {/* Dimmed on top of another dialog too. */}
      <DialogSurface className={props.className} backdrop={{ appearance: 'dimmed' }}>
        {onSubmit ? (
          <form
            className={styles.form}
            noValidate
            autoComplete="off"
            onSubmit={(event) => {
              event.preventDefault();
              if (!isBusy) onSubmit();
            }}
          >
            {body}
          </form>
        ) : (
          body
        )}
      </DialogSurface>
    </Dialog>
  );
}
