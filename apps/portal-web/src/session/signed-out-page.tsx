/** The page for those who are not signed in. */
import {
  Button,
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Text,
  tokens,
} from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { useSearchParams } from 'react-router';
import { asSentence } from '../pieces/sentence.ts';
import { CenteredCard } from '../frames/centered-card.tsx';
import { signInAddress, returnPath } from '../api/sign-in-addresses.ts';
import { signInProblem } from './sign-in-problems.ts';

const useStyles = makeStyles({
  quiet: { color: tokens.colorNeutralForeground2 },
});

export function SignedOutPage(): ReactElement {
  const styles = useStyles();
  const [query] = useSearchParams();
  const problem = signInProblem(query.get('problem'));
  const returnTo = returnPath(query.get('return'));
  return (
    <CenteredCard title="Sign in">
      {problem && (
        <MessageBar intent={problem.intent} layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{asSentence(problem.title)}</MessageBarTitle>
            {problem.detail}
          </MessageBarBody>
        </MessageBar>
      )}
      <Text className={styles.quiet}>
        Your leads from Microsoft’s commercial marketplace, written into your Dynamics 365: connect an offer,
        validate the connection, and see where every lead is.
      </Text>
      <Button as="a" href={signInAddress(returnTo)} appearance="primary" size="large">
        Sign in with Microsoft
      </Button>
      <Text size={200} className={styles.quiet}>
        Use the work account that you use in Partner Center.
      </Text>
    </CenteredCard>
  );
}
