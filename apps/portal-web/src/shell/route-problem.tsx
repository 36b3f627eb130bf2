/** What is shown where a page could not be loaded or has made a mistake. */
import { Button, Text } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { useRouteError } from 'react-router';
import { toProblem } from '../api/api-problem.ts';
import { CenteredCard } from '../frames/centered-card.tsx';

export function RouteProblem(): ReactElement {
  const error = useRouteError();
  const isRenewed =
    error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
  const { title, detail } = isRenewed
    ? {
        title: 'The console has to be loaded again',
        detail:
          'A part of it could not be loaded: the network was away, or the console was renewed meanwhile. Nothing is lost.',
      }
    : toProblem(error);
  return (
    <CenteredCard title={title}>
      <Text>{detail}</Text>
      <div>
        <Button appearance="primary" onClick={() => window.location.reload()}>
          Load again
        </Button>
      </div>
    </CenteredCard>
  );
}
