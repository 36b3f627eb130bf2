/** Asks why a post is no lead, and whether those alike are none either. */
import { Button, Checkbox, Field, Textarea } from '@fluentui/react-components';
import { useState, type ReactElement } from 'react';
import type { KeptPostView } from '@leads/contracts/portal-api';
import { BusyButton } from '../pieces/busy-button.tsx';
import { DialogFrame } from '../pieces/dialog-frame.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { countWords } from '../pieces/time-words.ts';
import { usePostAct } from './kept-post-queries.ts';

export function DiscardDialog({ post, onClose }: { post: KeptPostView; onClose: () => void }): ReactElement {
  const [reason, setReason] = useState('');
  const [alike, setAlike] = useState(false);
  const [isMissing, setMissing] = useState(false);
  const act = usePostAct(post.postId);
  const toast = useSuccessToast();
  const discard = (): void => {
    if (reason.trim() === '') return setMissing(true);
    act.mutate(
      { kind: 'discard', reason, alike },
      {
        onSuccess: ({ settled }) => {
          onClose();
          if (settled.state === 'replayed')
            toast('It was not discarded', 'A lead had been made of it before.');
          else toast('Discarded', 'It is kept for as long as what is put aside is.');
        },
      },
    );
  };
  return (
    <DialogFrame
      title="Discard this post?"
      isBusy={act.isPending}
      onClose={onClose}
      onSubmit={discard}
      actions={
        <>
          <Button onClick={onClose} disabled={act.isPending}>
            Cancel
          </Button>
          <BusyButton appearance="primary" type="submit" isBusy={act.isPending}>
            Discard
          </BusyButton>
        </>
      }
    >
      {act.error && <ProblemBar problem={act.error} showFaults />}
      <div>No lead is made of it. It can still be looked at until it is removed with its age.</div>
      <Field
        label="Why it is no lead"
        required
        validationMessage={isMissing ? 'Say why, for whoever wonders later.' : null}
      >
        <Textarea
          value={reason}
          maxLength={500}
          onChange={(_, { value }) => {
            setReason(value);
            setMissing(false);
          }}
        />
      </Field>
      {post.alike > 0 && (
        <Checkbox
          label={`Discard the ${countWords(post.alike, 'post')} alike as well`}
          checked={alike}
          onChange={(_, { checked }) => setAlike(checked === true)}
        />
      )}
    </DialogFrame>
  );
}
