/** A state as an icon and a word, never as a colour alone. */
import { Badge } from '@fluentui/react-components';
import {
  CheckmarkCircle16Filled,
  CircleHint16Regular,
  Clock16Regular,
  ErrorCircle16Filled,
  type FluentIcon,
  Warning16Filled,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import { KEPT_IN_LEDGER } from '@leads/contracts';
import type { LeadSummary, OfferHealth } from '@leads/contracts/portal-api';
import { healthWords, keptWords, leadWords, type StateWords, type Tone } from './state-words.ts';

const looks: Record<
  Tone,
  { color: 'success' | 'informative' | 'warning' | 'danger' | 'brand'; Icon: FluentIcon }
> = {
  good: { color: 'success', Icon: CheckmarkCircle16Filled },
  waiting: { color: 'brand', Icon: Clock16Regular },
  warning: { color: 'warning', Icon: Warning16Filled },
  bad: { color: 'danger', Icon: ErrorCircle16Filled },
  quiet: { color: 'informative', Icon: CircleHint16Regular },
};

/** Any state: `<StateBadge {...publishedWords[offer.state]} />`. Its meaning is the title. */
export function StateBadge({ tone, word, meaning }: StateWords): ReactElement {
  const { color, Icon } = looks[tone];
  return (
    <Badge appearance="tint" color={color} size="large" icon={<Icon aria-hidden />} title={meaning}>
      {word}
    </Badge>
  );
}

export function HealthBadge({ health }: { health: OfferHealth }): ReactElement {
  return <StateBadge {...healthWords[health]} />;
}

export function LeadStateBadge({ state, reason }: Pick<LeadSummary, 'state' | 'reason'>): ReactElement {
  const isKept = state === 'dead' && reason?.cause === KEPT_IN_LEDGER;
  return <StateBadge {...(isKept ? keptWords : leadWords[state])} />;
}

/** Marks a lead that is a test and no customer's. */
export function TestBadge(): ReactElement {
  return (
    <Badge appearance="outline" size="large">
      Test
    </Badge>
  );
}
