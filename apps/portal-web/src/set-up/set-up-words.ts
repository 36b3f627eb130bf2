/** What the states of a step are called, and what a connection says that the steps need. */
import type { Connection } from '../offers/connection.ts';
import type { StateWords } from '../pieces/state-words.ts';
import type { SetUpFacts, StepState } from './set-up-steps.ts';

export const stepWords: Record<StepState, StateWords> = {
  open: { tone: 'quiet', word: 'To do', meaning: 'No Validate has come as far as this yet.' },
  checking: { tone: 'waiting', word: 'Checking', meaning: 'A Validate is running.' },
  done: { tone: 'good', word: 'Done', meaning: 'The newest Validate found nothing amiss here.' },
  failed: { tone: 'bad', word: 'Not right yet', meaning: 'The newest Validate found something amiss here.' },
};

export function factsOf(connection: Connection): SetUpFacts {
  const { authentication, url, applicationId, directoryId, userName } = connection;
  return {
    authentication,
    url,
    ...(applicationId === undefined ? {} : { applicationId }),
    ...(directoryId === undefined ? {} : { directoryId }),
    ...(userName === undefined ? {} : { userName }),
  };
}
