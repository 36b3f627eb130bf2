/**
 * Where the link in a mail leads that asks a contact whether they want mails about leads. Nobody signs in here, and
 * opening it answers nothing: programs that look into mails open links.
 */
import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useSyncExternalStore, type ReactElement } from 'react';
import type { ContactAnswer, ContactAsked } from '@leads/contracts/portal-api';
import { sendUnsigned } from '../api/api.ts';
import { toProblem } from '../api/api-problem.ts';
import { keys } from '../api/keys.ts';
import { CenteredCard } from '../frames/centered-card.tsx';
import { CenteredProblem } from '../frames/centered-problem.tsx';
import { OpeningScreen } from '../frames/opening-screen.tsx';
import { BusyButton } from '../pieces/busy-button.tsx';
import { Fact, Facts } from '../pieces/facts.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Time } from '../pieces/time.tsx';
import { buttonRow } from '../theme/looks.ts';

const useStyles = makeStyles({
  quiet: { color: tokens.colorNeutralForeground2 },
  actions: buttonRow,
});

/** The token stands in the page's address alone: what comes after a # is sent to nobody. */
const readHash = (): string => window.location.hash.slice(1);

/** A second link that is opened in the same tab changes nothing but this. */
function watchHash(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

export function ConfirmContactPage(): ReactElement {
  const token = useSyncExternalStore(watchHash, readHash);
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.contactAsked, token],
    queryFn: ({ signal }) => sendUnsigned<ContactAsked>('/api/contact-confirmation/read', { token }, signal),
    retry: false,
    staleTime: Infinity,
  });
  if (error && !data) return <CenteredProblem problem={toProblem(error)} onRetry={refetch} />;
  if (!data) return <OpeningScreen />;
  return <Question key={token} token={token} asked={data} />;
}

function Question({ token, asked }: { token: string; asked: ContactAsked }): ReactElement {
  const styles = useStyles();
  const { publisher, address, expiresAt } = asked;
  const answering = useMutation({
    mutationFn: (answer: ContactAnswer['answer']) =>
      sendUnsigned<undefined>('/api/contact-confirmation', { token, answer }),
  });
  const { isPending, isSuccess, variables } = answering;
  if (isSuccess) return <Answered answer={variables} asked={asked} onOther={() => answering.reset()} />;
  return (
    <CenteredCard title={`Mails about leads of ${publisher}?`}>
      <Text>
        Somebody of {publisher} wants you to get a mail for each customer who asks about one of their offers
        in Microsoft’s marketplace, with the customer’s name and how to reach them, and when something there
        breaks.
      </Text>
      <Facts>
        <Fact name="Publisher">{publisher}</Fact>
        <Fact name="Your address">{address}</Fact>
        <Fact name="You can answer until">
          <Time at={expiresAt} as="exact" />
        </Fact>
      </Facts>
      {answering.error && <ProblemBar problem={answering.error} />}
      <div className={styles.actions}>
        <BusyButton
          appearance="primary"
          isBusy={isPending && variables === 'confirmed'}
          onClick={() => answering.mutate('confirmed')}
        >
          Yes, send me these mails
        </BusyButton>
        <BusyButton
          isBusy={isPending && variables === 'declined'}
          onClick={() => answering.mutate('declined')}
        >
          No, never
        </BusyButton>
      </div>
      <Text size={200} className={styles.quiet}>
        Whoever has not answered gets no such mails. If you have, your newest answer counts, and doing nothing
        leaves it as it is.
      </Text>
    </CenteredCard>
  );
}

interface AnsweredProps {
  answer: ContactAnswer['answer'];
  asked: ContactAsked;
  onOther: () => void;
}

function Answered({ answer, asked: { publisher, address }, onOther }: AnsweredProps): ReactElement {
  const isYes = answer === 'confirmed';
  return (
    <CenteredCard title={isYes ? 'You get these mails' : 'You get no such mails'}>
      <Text>
        {isYes
          ? `Mails about leads of ${publisher} go to ${address} from now on, those that waited too. To end them, ask ${publisher} to take you off the contact list, or say no here.`
          : `No mail about leads of ${publisher} goes to ${address}, and you are not asked again. ${publisher} sees that you want none.`}
      </Text>
      <div>
        <Button onClick={onOther}>Change my answer</Button>
      </div>
    </CenteredCard>
  );
}
