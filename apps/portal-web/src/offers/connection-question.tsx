/** Asks before a connection is paused, unpublished, given another address or deleted, naming what will happen. */
import type { ReactElement, ReactNode, RefObject } from 'react';
import type { Offer } from '@leads/contracts/portal-api';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { ExportButton } from '../leads/export-button.tsx';
import { countWords } from '../pieces/time-words.ts';
import { useConnectionAction } from './use-connection-action.ts';

export type Question = 'pause' | 'unpublish' | 'rotate-address-key' | 'delete';

interface Words {
  title: string;
  action: string;
  isDangerous: boolean;
  happens: ReactNode;
  done: string;
  next?: string;
}

function wordsFor(question: Question, { connectionId, offer, counts }: Offer): Words {
  const waiting = counts.pending > 0 ? countWords(counts.pending, 'lead') : undefined;
  switch (question) {
    case 'pause':
      return {
        title: `Pause the leads of ${offer.title}?`,
        action: 'Pause',
        isDangerous: false,
        happens: 'Leads are still taken in, and wait. Nothing is written into Dynamics until you resume.',
        done: 'Paused: leads are taken in and wait',
      };
    case 'unpublish':
      return {
        title: `Unpublish ${offer.title}?`,
        action: 'Unpublish',
        isDangerous: false,
        happens: (
          <>
            Leads of this offer are still taken in and held; nothing is written into Dynamics until you
            publish it again.
            {waiting !== undefined && ` ${waiting} that wait now are held too.`}
          </>
        ),
        done: 'Unpublished: leads are taken in and held',
      };
    case 'rotate-address-key':
      return {
        title: `Change the lead address of ${offer.title}?`,
        action: 'Change the address',
        isDangerous: true,
        happens:
          'A new address is made. The old one works for seven days more: until then paste the new address into Partner Center and publish the offer there again. After that, what still comes to the old one is refused.',
        done: 'The lead address is another one now',
        next: 'Copy it and paste it into Partner Center. The old one works for seven days more.',
      };
    case 'delete':
      return {
        title: `Delete the connection of ${offer.title}?`,
        action: 'Delete the connection',
        isDangerous: true,
        happens: (
          <>
            Its secret is erased. That cannot be undone. Leads that are in Dynamics stay there; what still
            comes to its lead address is kept here for some days and written nowhere.
            {waiting !== undefined && (
              <>
                <p>
                  {waiting} waiting here will not be written any more: each ends as not delivered, is not
                  delivered again either, and goes once it is as old as your leads are kept. Take them along
                  first.
                </p>
                <ExportButton filter={{ connectionId, state: 'pending' }} />
              </>
            )}
          </>
        ),
        done: 'The connection is deleted',
      };
  }
}

export interface ConnectionQuestionProps {
  question: Question;
  offer: Offer;
  /** Around the button that the focus returns to where what had it is gone, as an entry of a menu. */
  returnTo?: RefObject<HTMLElement | null>;
  onClose: () => void;
  onDone: (asked: Question) => void;
}

export function ConnectionQuestion(props: ConnectionQuestionProps): ReactElement {
  const { question, offer, returnTo, onClose, onDone } = props;
  const act = useConnectionAction(offer.connectionId);
  const toast = useSuccessToast();
  const { title, action, isDangerous, happens, done, next } = wordsFor(question, offer);
  return (
    <ConfirmDialog
      isOpen
      title={title}
      action={action}
      isDangerous={isDangerous}
      isPending={act.isPending}
      problem={act.error}
      {...(returnTo ? { returnTo } : {})}
      onCancel={onClose}
      onConfirm={() =>
        act.mutate(question, {
          onSuccess: () => {
            toast(done, next);
            onDone(question);
          },
        })
      }
    >
      <div>{happens}</div>
    </ConfirmDialog>
  );
}
