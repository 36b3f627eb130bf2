/** One lead with its timeline. */
import type { ReactElement } from 'react';
import { Page } from '../shell/page.tsx';

export function LeadPage(): ReactElement {
  return <Page title="Lead">{null}</Page>;
}
