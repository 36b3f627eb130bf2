/** Every offer with its lead destination: how it is, when its last lead came, what waits and what is dead. */
import { Button, makeStyles, SearchBox, tokens } from '@fluentui/react-components';
import {
  Add20Regular,
  PlugDisconnected24Regular,
  Search24Regular,
  Tag24Regular,
} from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactElement } from 'react';
import type { Offer, PublisherFacts } from '@leads/contracts/portal-api';
import { offersQuery } from '../api/offers-query.ts';
import { EmptyState } from '../pieces/empty-state.tsx';
import { RowsSkeleton } from '../pieces/page-skeleton.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { countWords } from '../pieces/time-words.ts';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { Page } from '../frames/page.tsx';
import { useGo } from '../frames/use-go.ts';
import { plainList } from '../theme/looks.ts';
import { OfferRow } from './offer-row.tsx';
import { ConnectionDetails } from './open-details.tsx';
import { findOffers, sortOffers } from './sort-offers.ts';

const useStyles = makeStyles({
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    ...plainList,
  },
  search: { maxWidth: '360px', width: '100%' },
});

/** With fewer, one sees them all anyway. */
const SEARCH_FROM = 8;

export function OffersPage(): ReactElement {
  const { role, publisher } = useSession();
  const { data: offers, error, refetch } = useQuery(offersQuery);
  const [isConnecting, setConnecting] = useState(false);
  const go = useGo();
  const publishers = useMemo(() => publishersOf(publisher, offers), [publisher, offers]);
  // An operator can connect an offer for a publisher only that is known here.
  const mayConnect = mayChange(role) && publishers.length > 0;
  const connect = (
    <Button appearance="primary" icon={<Add20Regular />} onClick={() => setConnecting(true)}>
      Connect an offer
    </Button>
  );
  return (
    <Page
      title="Offers"
      intro="Where the customer leads of each offer go."
      actions={mayConnect && offers && offers.length > 0 ? connect : undefined}
    >
      {error && <ProblemBar problem={error} onRetry={refetch} />}
      {!offers && !error && <RowsSkeleton what="the offers" rows={4} />}
      {offers?.length === 0 && <NoOffers action={mayConnect ? connect : undefined} />}
      {offers && offers.length > 0 && <OfferList offers={offers} />}
      {isConnecting && (
        <ConnectionDetails
          publishers={publishers}
          onClose={() => setConnecting(false)}
          onSaved={({ connectionId }) => {
            setConnecting(false);
            go(`/offers/${connectionId}`);
          }}
        />
      )}
    </Page>
  );
}

function NoOffers({ action }: { action: ReactElement | undefined }): ReactElement {
  const { role } = useSession();
  if (role === 'operator') {
    return (
      <EmptyState icon={<Tag24Regular />} title="No publisher has connected an offer yet">
        An owner signs in with their work account, registers their publisher, and connects their first offer.
        It then appears here.
      </EmptyState>
    );
  }
  if (!action) {
    return (
      <EmptyState icon={<Tag24Regular />} title="No offer is connected yet">
        An owner of your publisher connects offers. Ask them; you will see every offer here.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<PlugDisconnected24Regular />} title="Connect your first offer" action={action}>
      Say which Dynamics 365 its customer leads go to, validate the connection, and paste one address into
      Partner Center. Never done it before? After connecting, a guided set-up goes through every page and
      button.
    </EmptyState>
  );
}

function OfferList({ offers }: { offers: readonly Offer[] }): ReactElement {
  const styles = useStyles();
  const [search, setSearch] = useState('');
  const found = useMemo(() => sortOffers(findOffers(offers, search)), [offers, search]);
  return (
    <>
      {offers.length >= SEARCH_FROM && (
        <SearchBox
          className={styles.search}
          placeholder="Find an offer"
          aria-label="Find an offer by its name, ID, publisher or host"
          value={search}
          onChange={(_, { value }) => setSearch(value)}
        />
      )}
      <div role="status" aria-live="polite">
        {search !== '' && `${countWords(found.length, 'offer')} found`}
      </div>
      {found.length === 0 ? (
        <EmptyState
          icon={<Search24Regular />}
          title="No offer fits this search"
          action={<Button onClick={() => setSearch('')}>Show all offers</Button>}
        >
          It looks in names, IDs, publishers and hosts.
        </EmptyState>
      ) : (
        <ul className={styles.list} aria-label="Offers">
          {found.map((offer) => (
            <OfferRow key={offer.connectionId} offer={offer} />
          ))}
        </ul>
      )}
    </>
  );
}

/** One's own, or, for operators, all that have an offer. */
function publishersOf(own: PublisherFacts | undefined, offers: readonly Offer[] = []): PublisherFacts[] {
  if (own) return [own];
  return [...new Map(offers.map(({ publisher }) => [publisher.id, publisher])).values()].sort((one, other) =>
    one.name.localeCompare(other.name, 'en'),
  );
}
