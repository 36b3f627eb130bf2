/** The order and the search of the list of offers; pure. */
import type { Offer, OfferHealth } from '@leads/contracts/portal-api';

const urgency: Record<OfferHealth, number> = {
  failing: 0,
  warning: 1,
  throttled: 2,
  paused: 3,
  draft: 4,
  healthy: 4,
};

/** What needs somebody first, then by title. */
export function sortOffers(offers: readonly Offer[]): Offer[] {
  return [...offers].sort(
    (one, other) =>
      urgency[one.health] - urgency[other.health] ||
      one.offer.title.localeCompare(other.offer.title, 'en') ||
      one.connectionId.localeCompare(other.connectionId),
  );
}

/** Offers with every word of the search in their title, id, publisher or host. */
export function findOffers(offers: readonly Offer[], search: string): Offer[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return offers.filter(({ offer, publisher, url }) => {
    const text = [offer.title, offer.id, publisher.name, publisher.id, hostOf(url)].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** `contoso.crm4.dynamics.com` */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}
