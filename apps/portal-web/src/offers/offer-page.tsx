/** One offer: where its customer leads go, and how that is. */
import type { ReactElement } from 'react';
import { Page } from '../shell/page.tsx';

export function OfferPage(): ReactElement {
  return <Page title="Offer setup">{null}</Page>;
}
