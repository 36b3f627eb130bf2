/** The addresses of a contact list, each with whether mails go to it. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import type { Contact } from '@leads/contracts/portal-api';
import { StateBadge } from '../pieces/state-badge.tsx';
import { Time } from '../pieces/time.tsx';
import { plainList, quiet } from '../theme/looks.ts';
import { listedContacts } from './contact-words.ts';

const useStyles = makeStyles({
  list: { ...plainList, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  contact: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalS}`,
    overflowWrap: 'anywhere',
  },
  quiet,
});

export interface ContactListProps {
  addresses: readonly string[];
  /** What is known of the saved list. */
  known: readonly Contact[];
}

export function ContactList({ addresses, known }: ContactListProps): ReactElement {
  const styles = useStyles();
  return (
    <ul className={styles.list} aria-label="Contacts">
      {listedContacts(addresses, known).map(({ address, words, waits }) => (
        <li key={address} className={styles.contact}>
          {address}
          <StateBadge {...words} />
          {waits && (
            <span className={styles.quiet}>
              since <Time at={waits.since} />
              {waits.askedAt !== undefined && (
                <>
                  , asked <Time at={waits.askedAt} />
                </>
              )}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
