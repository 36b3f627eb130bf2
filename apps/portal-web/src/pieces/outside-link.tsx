/** A link out of the console, to Dynamics or to a page of Microsoft's: opens in a new tab, and says so. */
import { Link } from '@fluentui/react-components';
import { Open16Regular } from '@fluentui/react-icons';
import type { ReactElement, ReactNode } from 'react';

export function OutsideLink({ href, children }: { href: string; children: ReactNode }): ReactElement {
  return (
    <Link href={href} target="_blank" rel="noreferrer" inline>
      {children}
      <Open16Regular
        aria-label=" (opens in a new tab)"
        role="img"
        style={{ marginInlineStart: '4px', verticalAlign: 'text-bottom' }}
      />
    </Link>
  );
}
