/** Lead addresses that were replaced and still work: until when, and the button that ends them. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { type ReactElement, useRef, useState } from 'react';
import type { Offer } from '@leads/contracts/portal-api';
import { useNow } from '../pieces/clock.ts';
import { Section } from '../pieces/section.tsx';
import { Time } from '../pieces/time.tsx';
import { buttonRow } from '../theme/looks.ts';
import { ConnectionQuestion } from './connection-question.tsx';

const useStyles = makeStyles({
  list: { margin: 0, paddingLeft: tokens.spacingHorizontalXL },
  actions: buttonRow,
});

export interface EarlierAddressesProps {
  offer: Offer;
  earlier: { until: string }[];
}

/** Nothing where only the newest address works. */
export function EarlierAddressesSection({ offer, earlier }: EarlierAddressesProps): ReactElement | undefined {
  const styles = useStyles();
  const [isAsking, setAsking] = useState(false);
  const button = useRef<HTMLDivElement>(null);
  const now = useNow();
  const working = earlier.filter(({ until }) => Date.parse(until) > now);
  if (working.length === 0) return undefined;
  return (
    <Section
      title="Earlier addresses"
      intro="Leads that come to them are taken in, too. Paste the new address into Partner Center before they end."
    >
      <ul className={styles.list}>
        {working.map(({ until }) => (
          <li key={until}>
            Ends <Time at={until} /> (<Time at={until} as="short" />)
          </li>
        ))}
      </ul>
      <div ref={button} className={styles.actions}>
        <Button onClick={() => setAsking(true)}>End now…</Button>
      </div>
      {isAsking && (
        <ConnectionQuestion
          question="end-earlier-addresses"
          returnTo={button}
          offer={offer}
          onClose={() => setAsking(false)}
          onDone={() => setAsking(false)}
        />
      )}
    </Section>
  );
}
