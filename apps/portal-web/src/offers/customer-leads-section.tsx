/** Customer leads: where they go, as the set-up guide names it, and what can be done to the connection. */
import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import {
  Delete20Regular,
  Edit20Regular,
  Key20Regular,
  MoreHorizontal20Regular,
  Pause20Regular,
  Play20Regular,
} from '@fluentui/react-icons';
import { useRef, useState, type ReactElement } from 'react';
import type { Offer } from '@leads/contracts/portal-api';
import type { ApiProblem } from '../api/api-problem.ts';
import { ContactList } from '../contacts/contact-list.tsx';
import { Fact, Facts } from '../pieces/facts.tsx';
import { OutsideLink } from '../pieces/outside-link.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { publishedWords } from '../pieces/state-words.ts';
import { StateBadge } from '../pieces/state-badge.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { dayWords } from '../pieces/time-words.ts';
import { Time } from '../pieces/time.tsx';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { authenticationWords, type Connection, LEAD_DESTINATION, secretWords } from './connection.ts';
import { ConnectionQuestion, type Question } from './connection-question.tsx';
import { ReplaceSecret } from './open-replace-secret.tsx';
import { useConnectionAction } from './use-connection-action.ts';

export interface CustomerLeadsSectionProps {
  offer: Offer;
  /** With what the offer does not tell; `undefined` while it is being read. */
  connection: Connection | undefined;
  problem: ApiProblem | null;
  /** Absent for readers. */
  onOpenDetails: (() => void) | undefined;
  onDeleted: () => void;
}

export function CustomerLeadsSection(props: CustomerLeadsSectionProps): ReactElement {
  const { offer, connection, problem, onOpenDetails, onDeleted } = props;
  const { role } = useSession();
  const act = useConnectionAction(offer.connectionId);
  return (
    <Section
      title="Customer leads"
      badge={<StateBadge {...publishedWords[offer.state]} />}
      actions={
        mayChange(role) ? (
          <Actions
            act={act}
            offer={offer}
            connection={connection}
            onOpenDetails={onOpenDetails}
            onDeleted={onDeleted}
          />
        ) : undefined
      }
    >
      {problem && <ProblemBar problem={problem} />}
      {act.error && <ProblemBar problem={act.error} />}
      <Facts>
        <Fact name="Lead destination">{LEAD_DESTINATION}</Fact>
        <Fact name="URL">
          <OutsideLink href={offer.url}>{offer.url}</OutsideLink>
        </Fact>
        <Fact name="Authentication">{authenticationWords[offer.authentication]}</Fact>
        {connection?.applicationId !== undefined && (
          <Fact name="Application (client) ID">{connection.applicationId}</Fact>
        )}
        {connection?.directoryId !== undefined && <Fact name="Directory ID">{connection.directoryId}</Fact>}
        {connection?.userName !== undefined && <Fact name="User name">{connection.userName}</Fact>}
        {connection && (
          <Fact name={secretWords[connection.secret.kind]}>
            Set <Time at={connection.secret.setAt} />
            {connection.secret.expiresOn === undefined
              ? ', expiry not known'
              : `, expires on ${dayWords(connection.secret.expiresOn)}`}
          </Fact>
        )}
        <Fact name="Contact email">
          {offer.contacts ? (
            <ContactList addresses={offer.contactEmails} known={offer.contacts} />
          ) : (
            offer.contactEmails.join('; ')
          )}
        </Fact>
        <Fact name="Last change">
          <Time at={offer.changedAt} />
          {connection && ` by ${connection.changedBy}`}
        </Fact>
      </Facts>
    </Section>
  );
}

interface ActionsProps {
  offer: Offer;
  act: ReturnType<typeof useConnectionAction>;
  connection: Connection | undefined;
  onOpenDetails: (() => void) | undefined;
  onDeleted: () => void;
}

function Actions({ offer, connection, act, onOpenDetails, onDeleted }: ActionsProps): ReactElement {
  const toast = useSuccessToast();
  const [question, setQuestion] = useState<Question>();
  const [isReplacing, setReplacing] = useState(false);
  const more = useRef<HTMLSpanElement>(null);
  const { state } = offer;
  return (
    <>
      <Button icon={<Edit20Regular />} onClick={onOpenDetails} disabled={!onOpenDetails}>
        Connection details
      </Button>
      {state === 'paused' && (
        <Button
          appearance="primary"
          icon={<Play20Regular />}
          disabledFocusable={act.isPending}
          onClick={() =>
            act.mutate('resume', { onSuccess: () => toast('Resumed: what waited is being written') })
          }
        >
          Resume
        </Button>
      )}
      <span ref={more}>
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button icon={<MoreHorizontal20Regular />} aria-label="More actions" />
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {state === 'published' && (
                <MenuItem icon={<Pause20Regular />} onClick={() => setQuestion('pause')}>
                  Pause…
                </MenuItem>
              )}
              {state !== 'draft' && <MenuItem onClick={() => setQuestion('unpublish')}>Unpublish…</MenuItem>}
              <MenuItem icon={<Key20Regular />} onClick={() => setReplacing(true)} disabled={!connection}>
                Replace the secret…
              </MenuItem>
              <MenuItem onClick={() => setQuestion('rotate-address-key')}>Change the lead address…</MenuItem>
              <MenuItem
                icon={<Delete20Regular />}
                onClick={() => setQuestion('delete')}
                disabled={!connection}
              >
                Delete the connection…
              </MenuItem>
            </MenuList>
          </MenuPopover>
        </Menu>
      </span>
      {question && (
        <ConnectionQuestion
          question={question}
          returnTo={more}
          offer={offer}
          onClose={() => setQuestion(undefined)}
          onDone={(asked) => {
            setQuestion(undefined);
            if (asked === 'delete') onDeleted();
          }}
        />
      )}
      {isReplacing && connection && (
        <ReplaceSecret connection={connection} returnTo={more} onClose={() => setReplacing(false)} />
      )}
    </>
  );
}
