/** The end of the set-up: the button that publishes, and the address for Partner Center. For those who may change. */
import { Button } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import type { Offer } from '@leads/contracts/portal-api';
import { LeadAddressSection } from '../offers/lead-address-section.tsx';
import { usePublish } from '../offers/use-publish.ts';
import { ProblemBar } from '../pieces/problem-bar.tsx';

export interface PublishPartProps {
  offer: Offer;
  addressSetAt: string;
}

export function PublishPart({ offer, addressSetAt }: PublishPartProps): ReactElement {
  const { connectionId, state } = offer;
  const { publish, isPending, error } = usePublish(connectionId);
  return (
    <>
      {error && <ProblemBar problem={error} />}
      {state === 'draft' && (
        <div>
          <Button appearance="primary" disabledFocusable={isPending} onClick={publish}>
            Publish
          </Button>
        </div>
      )}
      <LeadAddressSection connectionId={connectionId} setAt={addressSetAt} />
    </>
  );
}
