/** The end of the set-up: the button that publishes, and the address for Partner Center. For those who may change. */
import { Button } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import type { Offer } from '@leads/contracts/portal-api';
import { LeadAddressSection } from '../offers/lead-address-section.tsx';
import { useConnectionAction } from '../offers/use-connection-action.ts';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';

export interface PublishPartProps {
  offer: Offer;
  addressSetAt: string;
}

export function PublishPart({ offer, addressSetAt }: PublishPartProps): ReactElement {
  const { connectionId, state } = offer;
  const toast = useSuccessToast();
  const act = useConnectionAction(connectionId);
  const publish = (): void =>
    act.mutate('publish', {
      onSuccess: () => toast('Published', 'Leads are taken in. Paste the address into Partner Center now.'),
    });
  return (
    <>
      {act.error && <ProblemBar problem={act.error} />}
      {state === 'draft' && (
        <div>
          <Button appearance="primary" disabledFocusable={act.isPending} onClick={publish}>
            Publish
          </Button>
        </div>
      )}
      <LeadAddressSection connectionId={connectionId} setAt={addressSetAt} />
    </>
  );
}
