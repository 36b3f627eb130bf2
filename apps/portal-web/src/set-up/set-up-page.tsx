/** The guided set-up of one offer's lead destination. */
import type { ReactElement } from 'react';
import { Page } from '../shell/page.tsx';

export function SetUpPage(): ReactElement {
  return <Page title="Guided set-up">{null}</Page>;
}
