/** For people of a directory that is nobody's publisher yet: an owner names it, and an operator decides. */
import {
  Button,
  Field,
  Input,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import type { PublisherRegistration, RegistrationState, Session } from '@leads/contracts/portal-api';
import { send } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Fact, Facts } from '../pieces/facts.tsx';
import { Time } from '../pieces/time.tsx';
import { CenteredCard } from '../frames/centered-card.tsx';
import { buttonRow } from '../theme/looks.ts';
import { signOut } from './sign-out.ts';
import { publisherFaults } from './publisher-faults.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  actions: buttonRow,
});

export function FirstOwnerPage({ session }: { session: Session }): ReactElement {
  const { role, registration } = session;
  if (registration?.state === 'waiting') return <WaitForOperators registration={registration} />;
  return role === 'owner' ? <Registration refused={registration} /> : <WaitForOwner />;
}

function WaitForOperators({ registration }: { registration: RegistrationState }): ReactElement {
  const styles = useStyles();
  return (
    <CenteredCard title="Waiting for approval">
      <Text>
        The operators of this system check that the publisher is yours and then approve it. Nothing can be
        connected until then, and there is nothing more for you to do: load this page again later, or ask your
        contact at the operators.
      </Text>
      <Facts>
        <Fact name="Publisher name">{registration.name}</Fact>
        <Fact name="Publisher ID">{registration.id}</Fact>
        <Fact name="Asked at">
          <Time at={registration.askedAt} as="exact" />
        </Fact>
      </Facts>
      <div className={styles.actions}>
        <Button appearance="primary" onClick={() => window.location.reload()}>
          Load again
        </Button>
        <Button onClick={signOut}>Sign out</Button>
      </div>
    </CenteredCard>
  );
}

function WaitForOwner(): ReactElement {
  return (
    <CenteredCard title="Your publisher is not registered yet">
      <Text>
        An owner has to sign in once and name the publisher, and the operators have to approve it. Ask your
        owner, then load this page again.
      </Text>
      <div>
        <Button appearance="primary" onClick={() => window.location.reload()}>
          Load again
        </Button>
      </div>
    </CenteredCard>
  );
}

function Registration({ refused }: { refused: RegistrationState | undefined }): ReactElement {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const [entered, setEntered] = useState<PublisherRegistration>({
    id: refused?.id ?? '',
    name: refused?.name ?? '',
  });
  const [isShown, setShown] = useState({ id: false, name: false });
  const register = useMutation({
    mutationFn: (body: PublisherRegistration) => send<RegistrationState>('POST', '/api/publisher', body),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.session }),
  });
  const faults = { ...publisherFaults(entered), ...serverFaults(register.error?.errors) };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setShown({ id: true, name: true });
    if (Object.keys(publisherFaults(entered)).length === 0)
      register.mutate({ ...entered, name: entered.name.trim() });
  };
  const change = (part: Partial<PublisherRegistration>): void => {
    register.reset();
    setEntered({ ...entered, ...part });
  };
  return (
    <CenteredCard title="Register your publisher">
      <Text>
        You are the first owner from your directory. Name the publisher once, as it is in Partner Center. The
        operators approve it before anything can be connected; colleagues who sign in later find it here.
      </Text>
      {refused && (
        <MessageBar intent="warning">
          <MessageBarBody>
            The operators refused {refused.name} ({refused.id}): {refused.reason} Correct it and ask again.
          </MessageBarBody>
        </MessageBar>
      )}
      <form className={styles.form} onSubmit={submit} noValidate>
        {register.error && <ProblemBar problem={register.error} />}
        <Field
          label="Publisher name"
          hint="As your customers see it, such as Contoso Ltd."
          required
          validationMessage={(isShown.name ? faults.name : undefined) ?? null}
        >
          <Input
            value={entered.name}
            autoComplete="organization"
            onChange={(_, { value }) => change({ name: value })}
            onBlur={() => setShown({ ...isShown, name: true })}
          />
        </Field>
        <Field
          label="Publisher ID"
          hint="In Partner Center under Account settings, such as contoso. It cannot be changed later."
          required
          validationMessage={(isShown.id || entered.id !== '' ? faults.id : undefined) ?? null}
        >
          <Input
            value={entered.id}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            onChange={(_, { value }) => change({ id: value.trim() })}
            onBlur={() => setShown({ ...isShown, id: true })}
          />
        </Field>
        <div className={styles.actions}>
          <Button type="submit" appearance="primary" disabled={register.isPending}>
            {register.isPending ? 'Registering…' : 'Register'}
          </Button>
          <Button onClick={signOut}>Sign out</Button>
        </div>
      </form>
    </CenteredCard>
  );
}

function serverFaults(errors: { pointer: string; detail: string }[] = []): { id?: string; name?: string } {
  return Object.fromEntries(errors.map(({ pointer, detail }) => [pointer.slice(1), detail]));
}
