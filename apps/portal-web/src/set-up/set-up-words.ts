/** What the states of a step are called, and what a connection says that the steps need. */
import type { Connection } from '../offers/connection.ts';
import type { StateWords } from '../pieces/state-words.ts';
import type { SetUpFacts } from './set-up-step.ts';
import type { StepState } from './step-readings.ts';

export const stepWords: Record<StepState, StateWords> = {
  open: { tone: 'quiet', word: 'To do', meaning: 'The newest Validate does not tell that it is done.' },
  checking: { tone: 'waiting', word: 'Checking', meaning: 'A Validate is running.' },
  done: { tone: 'good', word: 'Done', meaning: 'The newest Validate found it right.' },
  warned: {
    tone: 'warning',
    word: 'Look again',
    meaning: 'The newest Validate found it different from what is told here.',
  },
  failed: { tone: 'bad', word: 'Not right yet', meaning: 'The newest Validate found something amiss here.' },
};

export function factsOf(connection: Connection): SetUpFacts {
  const { authentication, url, secret, applicationId, directoryId, userName } = connection;
  return {
    authentication,
    url,
    secretKind: secret.kind,
    ...(applicationId === undefined ? {} : { applicationId }),
    ...(directoryId === undefined ? {} : { directoryId }),
    ...(userName === undefined ? {} : { userName }),
  };
}
