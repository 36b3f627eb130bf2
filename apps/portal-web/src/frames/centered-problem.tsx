/** A problem that keeps the whole console from opening. */
import { Button, Text } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import type { ApiProblem } from '../api/api-problem.ts';
import { CenteredCard } from './centered-card.tsx';

export function CenteredProblem({
  problem,
  onRetry,
}: {
  problem: ApiProblem;
  onRetry: () => unknown;
}): ReactElement {
  return (
    <CenteredCard title={problem.title}>
      <Text>{problem.detail}</Text>
      <div>
        <Button appearance="primary" onClick={() => onRetry()}>
          Try again
        </Button>
      </div>
    </CenteredCard>
  );
}
