/** Other offers that sign in as the same application: a new secret is as new for them. */
import { Checkbox, MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import type { QueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { send } from '../../api/api.ts';
import type { Connection } from '../connection.ts';
import { keepConnection } from '../keep-connection.ts';

export type Sibling = NonNullable<Connection['sameApplication']>[number];

export interface SameApplicationProps {
  siblings: readonly Sibling[];
  /** Whether they get the new one as well. */
  isForAll: boolean;
  onChoose: (isForAll: boolean) => void;
}

/** Nothing where the offer is alone. */
export function SameApplication({ siblings, isForAll, onChoose }: SameApplicationProps): ReactElement | null {
  if (siblings.length === 0) return null;
  const isOne = siblings.length === 1;
  return (
    <MessageBar intent="info" layout="multiline" politeness="polite">
      <MessageBarBody>
        <MessageBarTitle>
          {isOne ? 'Another offer signs' : `${siblings.length} other offers sign`} in as this application.
        </MessageBarTitle>
        {titlesOf(siblings)}. Where the old secret ends, {isOne ? 'it needs' : 'they need'} the new one too.
        <div>
          <Checkbox
            label={isOne ? 'Replace it there too' : 'Replace it for all of them'}
            checked={isForAll}
            onChange={(_, { checked }) => onChoose(checked === true)}
          />
        </div>
      </MessageBarBody>
    </MessageBar>
  );
}

/** Replaces the secret of each. @param body as the route for secrets takes it. @returns those that did not take it */
export async function replaceForSiblings(
  queryClient: QueryClient,
  siblings: readonly Sibling[],
  body: Record<string, unknown>,
): Promise<Sibling[]> {
  const left: Sibling[] = [];
  for (const sibling of siblings) {
    try {
      const path = `/api/connections/${sibling.connectionId}/secret`;
      keepConnection(queryClient, await send<Connection>('PUT', path, body));
    } catch {
      // Named to the person, who can replace it there.
      left.push(sibling);
    }
  }
  return left;
}

export function titlesOf(siblings: readonly Sibling[]): string {
  return siblings.map(({ offer }) => offer.title).join(', ');
}
