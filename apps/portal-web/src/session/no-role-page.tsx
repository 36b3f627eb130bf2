/** For somebody who is signed in and has been given no role yet. */
import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import type { Session } from '@leads/contracts/portal-api';
import { CopyButton } from '../pieces/copy-button.tsx';
import { CenteredCard } from '../frames/centered-card.tsx';
import { quiet } from '../theme/looks.ts';
import { signOut } from './sign-out.ts';

const useStyles = makeStyles({
  facts: { display: 'grid', gap: tokens.spacingVerticalS, margin: 0 },
  term: quiet,
  fact: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    margin: 0,
    overflowWrap: 'anywhere',
  },
});

export function NoRolePage({ session: { user, directoryId } }: { session: Session }): ReactElement {
  const styles = useStyles();
  return (
    <CenteredCard title="You have no role yet">
      <Text>
        You are signed in, but nobody has given you a role. In the Azure portal, an administrator of your
        directory opens Enterprise applications, chooses this application, then Users and groups, and assigns
        you the role Owner or Reader. Then sign in again.
      </Text>
      <dl className={styles.facts}>
        <div>
          <dt className={styles.term}>Signed in as</dt>
          <dd className={styles.fact}>
            {user.name} ({user.email})
          </dd>
        </div>
        <div>
          <dt className={styles.term}>Directory ID</dt>
          <dd className={styles.fact}>
            {directoryId}
            <CopyButton text={directoryId} what="Directory ID" />
          </dd>
        </div>
      </dl>
      <div>
        <Button appearance="primary" onClick={signOut}>
          Sign out
        </Button>
      </div>
    </CenteredCard>
  );
}
