/** Who looked at or changed what. */
import type { ReactElement } from 'react';
import { Page } from '../shell/page.tsx';

export function AuditPage(): ReactElement {
  return <Page title="Audit">{null}</Page>;
}
