/** Every lead, live. */
import type { ReactElement } from 'react';
import { Page } from '../shell/page.tsx';

export function LeadsPage(): ReactElement {
  return <Page title="Leads">{null}</Page>;
}
