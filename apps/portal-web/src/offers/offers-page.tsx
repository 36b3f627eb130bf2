/** Every offer with its lead destination. */
import type { ReactElement } from 'react';
import { Page } from '../shell/page.tsx';

export function OffersPage(): ReactElement {
  return <Page title="Offers">{null}</Page>;
}
