/** A lead that ended with its connection: an operator has it made anew for another offer of its publisher. */
import { Button, Field, makeStyles, Select, tokens } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { CONNECTION_DELETED } from '@leads/contracts';
import type { LeadDetail } from '@leads/contracts/portal-api';
import { invalidate } from '../api/invalidate.ts';
import { keys } from '../api/keys.ts';
import { offersQuery } from '../api/offers-query.ts';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { Section } from '../pieces/section.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { useSession } from '../session/use-session.ts';
import { rescueLead } from './lead-queries.ts';

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'flex-end', gap: tokens.spacingHorizontalM },
  offer: { flex: '0 1 320px', minWidth: 0 },
});

export function Rescue({ lead }: { lead: LeadDetail }): ReactElement | undefined {
  const { role } = useSession();
  const [madeNow, setMadeNow] = useState<string>();
  if (lead.state !== 'dead' || lead.reason?.cause !== CONNECTION_DELETED) return undefined;
  const rescuedAs = lead.rescuedAs ?? madeNow;
  if (rescuedAs !== undefined)
    return (
      <Section title="It was rescued" intro="A lead was made of it for another offer of its publisher.">
        <TextLink to={`/leads/${rescuedAs}`}>See that lead</TextLink>
      </Section>
    );
  return role === 'operator' ? <ChooseOffer lead={lead} onMade={setMadeNow} /> : undefined;
}

function ChooseOffer({ lead, onMade }: { lead: LeadDetail; onMade: (leadId: string) => void }): ReactElement {
  const styles = useStyles();
  const [chosen, setChosen] = useState('');
  const [isAsked, setAsked] = useState(false);
  const { data: offers = [] } = useQuery(offersQuery);
  const queryClient = useQueryClient();
  const toast = useSuccessToast();
  const own = offers.filter(({ publisher }) => publisher.id === lead.publisher.id);
  const connectionId = chosen || own[0]?.connectionId;
  const act = useMutation({
    mutationFn: (to: string) => rescueLead(lead.leadId, { connectionId: to }),
    onSuccess: (made) => {
      setAsked(false);
      toast(made.isNew ? 'The lead was rescued' : 'It had been rescued before');
      onMade(made.leadId);
      invalidate(queryClient, keys.leads);
    },
  });
  return (
    <Section
      title="Rescue it"
      intro={
        own.length === 0
          ? 'Its connection was deleted, and its publisher has no other offer that it could go to. It stays here until it is removed with its age.'
          : 'Its connection was deleted. It can go to another offer of the same publisher.'
      }
    >
      {connectionId !== undefined && (
        <div className={styles.row}>
          <Field label="Offer" className={styles.offer}>
            <Select value={connectionId} onChange={(_, { value }) => setChosen(value)}>
              {own.map((offer) => (
                <option key={offer.connectionId} value={offer.connectionId}>
                  {offer.offer.title}
                </option>
              ))}
            </Select>
          </Field>
          <Button appearance="primary" onClick={() => setAsked(true)}>
            Rescue
          </Button>
          <ConfirmDialog
            isOpen={isAsked}
            title="Rescue this lead?"
            action="Rescue"
            isPending={act.isPending}
            problem={act.error}
            onConfirm={() => act.mutate(connectionId)}
            onCancel={() => {
              act.reset();
              setAsked(false);
            }}
          >
            A lead of the same content is made for that offer, and written and mailed like any other. That
            happens once, whoever asks for it. This one stays as it is.
          </ConfirmDialog>
        </div>
      )}
    </Section>
  );
}
