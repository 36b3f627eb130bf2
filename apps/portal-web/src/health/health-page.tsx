/** How the lanes are, for operators. */
import type { ReactElement } from 'react';
import { Page } from '../shell/page.tsx';

export function HealthPage(): ReactElement {
  return <Page title="Health">{null}</Page>;
}
