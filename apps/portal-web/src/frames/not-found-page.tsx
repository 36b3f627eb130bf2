/** An address that is none of the console's. */
import { DocumentSearch24Regular } from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import { EmptyState } from '../pieces/empty-state.tsx';
import { LinkButton } from '../pieces/link-button.tsx';
import { Page } from './page.tsx';

export function NotFoundPage(): ReactElement {
  return (
    <Page title="There is no such page">
      <EmptyState
        icon={<DocumentSearch24Regular />}
        title="Nothing is at this address"
        action={
          <LinkButton to="/offers" appearance="primary">
            Go to the offers
          </LinkButton>
        }
      >
        The link may be old or cut off. Nothing is lost.
      </EmptyState>
    </Page>
  );
}
