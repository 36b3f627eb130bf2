/** Asks before a connection is paused, unpublished, given another address or deleted, naming what will happen. */
import { Field, Select } from '@fluentui/react-components';
import { type ReactElement, type ReactNode, type RefObject, useState } from 'react';
import type { Offer } from '@leads/contracts/portal-api';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { ExportButton } from '../leads/export-button.tsx';
import { countWords } from '../pieces/time-words.ts';
import { useConnectionAction } from './use-connection-action.ts';

export type Question = 'pause' | 'unpublish' | 'rotate-address-key' | 'end-earlier-addresses' | 'delete';

/** For how many days an old lead address may go on working. */
const OVERLAPS = [0, 1, 7, 14, 30];
const USUAL_OVERLAP = 7;

interface Words {
  title: string;
  action: string;
  isDangerous: boolean;
  happens: ReactNode;
  done: string;
  next?: string;
}

function wordsFor(question: Question, { connectionId, offer, counts }: Offer, overlapDays: number): Words {
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
          overlapDays === 0
            ? 'A new address is made, and the old one stops at once, with those before it: what the marketplace sends there is refused until you have pasted the new address into Partner Center and published the offer there again. Choose this where the old one is in the wrong hands.'
            : `A new address is made. The old one works for ${countWords(overlapDays, 'day')} more: until then paste the new address into Partner Center and publish the offer there again. After that, what still comes to the old one is refused.`,
        done: 'The lead address is another one now',
        next:
          overlapDays === 0
            ? 'Copy it and paste it into Partner Center. The old one works no more.'
            : `Copy it and paste it into Partner Center. The old one works for ${countWords(overlapDays, 'day')} more.`,
      };
    case 'end-earlier-addresses':
      return {
        title: `End the earlier lead addresses of ${offer.title}?`,
        action: 'End them now',
        isDangerous: true,
        happens:
          'They stop at once, and that cannot be undone: what the marketplace still sends there is refused. The address that is shown here goes on working. Be sure that it is the one in Partner Center, and that the offer was published there since.',
        done: 'Only the newest lead address works now',
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
  const [overlapDays, setOverlapDays] = useState(USUAL_OVERLAP);
  const { title, action, isDangerous, happens, done, next } = wordsFor(question, offer, overlapDays);
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
        act.mutate(question === 'rotate-address-key' ? { overlapDays } : question, {
          onSuccess: () => {
            toast(done, next);
            onDone(question);
          },
        })
      }
    >
      <div>{happens}</div>
      {question === 'rotate-address-key' && (
        <Field label="The old address works for">
          <Select
            value={String(overlapDays)}
            onChange={(_, { value }) => setOverlapDays(Number(value))}
            disabled={act.isPending}
          >
            {OVERLAPS.map((days) => (
              <option key={days} value={days}>
                {days === 0 ? 'no longer: it stops at once' : `${countWords(days, 'day')} more`}
              </option>
            ))}
          </Select>
        </Field>
      )}
    </ConfirmDialog>
  );
}
