/** What went wrong, whether anything is lost, and what to do; with a button where trying again may help. */
import {
  Button,
  Link,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { toProblem } from '../api/api-problem.ts';
import { asSentence } from './sentence.ts';
import { signInAddress } from '../api/sign-in-addresses.ts';

export interface ProblemBarProps {
  /** An `ApiProblem`, or whatever else was thrown. */
  problem: unknown;
  onRetry?: () => unknown;
  /** For faults that are shown at no field. */
  showFaults?: boolean;
}

export function ProblemBar({ problem, onRetry, showFaults = false }: ProblemBarProps): ReactElement {
  const { title, detail, kind, errors } = toProblem(problem);
  return (
    <MessageBar intent="error" layout="multiline" politeness="assertive">
      <MessageBarBody>
        <MessageBarTitle>{asSentence(title)}</MessageBarTitle>
        {detail}
        {showFaults && errors.length > 0 && (
          <ul>
            {errors.map((fault) => (
              <li key={fault.pointer + fault.detail}>{fault.detail}</li>
            ))}
          </ul>
        )}
        {kind === 'signed-out' && (
          <>
            {' '}
            <Link href={signInAddress('/')} target="_blank" inline>
              Sign in in another tab
            </Link>
          </>
        )}
      </MessageBarBody>
      {onRetry && (
        <MessageBarActions>
          <Button onClick={() => onRetry()}>Try again</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
