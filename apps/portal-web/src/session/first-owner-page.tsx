/** For the first owner of a directory: it is nobody's publisher yet, and they name it. Readers have to wait. */
import { Button, Field, Input, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import type { PublisherFacts, PublisherRegistration, Session } from '@leads/contracts/portal-api';
import { send } from '../api/api.ts';
import { keys } from '../api/keys.ts';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { CenteredCard } from '../shell/centered-card.tsx';
import { signOut } from './sign-out.ts';
import { publisherFaults } from './publisher-faults.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

export function FirstOwnerPage({ session }: { session: Session }): ReactElement {
  return session.role === 'owner' ? <Registration /> : <WaitForOwner />;
}

function WaitForOwner(): ReactElement {
  return (
    <CenteredCard title="Your publisher is not registered yet">
      <Text>An owner has to sign in once and name the publisher. Ask them, then load this page again.</Text>
      <div>
        <Button appearance="primary" onClick={() => window.location.reload()}>
          Load again
        </Button>
      </div>
    </CenteredCard>
  );
}

function Registration(): ReactElement {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const [entered, setEntered] = useState<PublisherRegistration>({ id: '', name: '' });
  const [isShown, setShown] = useState({ id: false, name: false });
  const register = useMutation({
    mutationFn: (body: PublisherRegistration) => send<PublisherFacts>('POST', '/api/publisher', body),
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
        You are the first owner from your directory. Name the publisher once, as it is in Partner Center;
        colleagues who sign in later find it here.
      </Text>
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
