/** The address that Partner Center sends leads to: shown and copied by those who may, when they ask for it. */
import { Button, makeStyles, tokens, useAnnounce } from '@fluentui/react-components';
import { Copy20Regular, Eye20Regular, EyeOff20Regular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { CopyButton } from '../pieces/copy-button.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { Section } from '../pieces/section.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { Time } from '../pieces/time.tsx';
import { buttonRow, quiet } from '../theme/looks.ts';
import { readLeadAddress } from './offer-queries.ts';

const useStyles = makeStyles({
  address: {
    display: 'flex',
    alignItems: 'flex-start',
    gap: tokens.spacingHorizontalS,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  text: {
    flex: '1 1 auto',
    minWidth: 0,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  actions: buttonRow,
  steps: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    margin: 0,
    paddingLeft: tokens.spacingHorizontalXL,
    color: tokens.colorNeutralForeground2,
  },
  quiet,
});

export interface LeadAddressSectionProps {
  connectionId: string;
  setAt: string | undefined;
}

export function LeadAddressSection({ connectionId, setAt }: LeadAddressSectionProps): ReactElement {
  // Another address than the one that is shown is asked for anew.
  return <Address key={`${connectionId} ${setAt}`} connectionId={connectionId} setAt={setAt} />;
}

function Address({ connectionId, setAt }: LeadAddressSectionProps): ReactElement {
  const styles = useStyles();
  const toast = useSuccessToast();
  const { announce } = useAnnounce();
  const [isShown, setShown] = useState(false);
  const look = useMutation({ mutationFn: () => readLeadAddress(connectionId), gcTime: 0 });
  const show = (): void => {
    setShown(true);
    if (look.data === undefined)
      look.mutate(undefined, { onSuccess: () => announce('The address is shown.') });
  };
  const copy = (): void =>
    look.mutate(undefined, {
      onSuccess: (address) => {
        navigator.clipboard.writeText(address).then(
          () => toast('Address copied', 'Paste it into Partner Center.'),
          // Not permitted: then it is shown, to be copied by hand.
          () => setShown(true),
        );
      },
    });
  return (
    <Section title="Address for Partner Center" intro="Leads are posted to it. Treat it like a key.">
      {look.error && <ProblemBar problem={look.error} />}
      {isShown && look.data !== undefined && (
        <div className={styles.address}>
          <span className={styles.text} data-testid="lead-address">
            {look.data}
          </span>
          <CopyButton text={look.data} what="Address" />
        </div>
      )}
      <div className={styles.actions}>
        <Button icon={<Copy20Regular />} disabledFocusable={look.isPending} onClick={copy}>
          Copy the address
        </Button>
        <Button
          appearance="subtle"
          icon={isShown ? <EyeOff20Regular /> : <Eye20Regular />}
          aria-expanded={isShown}
          disabledFocusable={look.isPending}
          onClick={() => (isShown ? setShown(false) : show())}
        >
          {isShown ? 'Hide' : 'Show'}
        </Button>
      </div>
      <ol className={styles.steps}>
        <li>In Partner Center open the offer, Offer setup, Customer leads, and select Connect (or Edit).</li>
        <li>Choose HTTPS Endpoint as the lead destination, and paste the address.</li>
        <li>Publish the offer there again: only then Partner Center sends leads.</li>
      </ol>
      {setAt !== undefined && (
        <span className={styles.quiet}>
          Made <Time at={setAt} />
        </span>
      )}
    </Section>
  );
}
