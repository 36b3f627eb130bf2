/** An entry of a menu that leads to another page of the console. */
import { MenuItemLink } from '@fluentui/react-components';
import type { MouseEvent, ReactElement, ReactNode } from 'react';
import { useHref, useLinkClickHandler } from 'react-router';

export interface MenuLinkProps {
  to: string;
  icon?: ReactElement;
  children: ReactNode;
}

export function MenuLink({ to, icon, children }: MenuLinkProps): ReactElement {
  const href = useHref(to);
  const follow = useLinkClickHandler<HTMLAnchorElement>(to);
  return (
    <MenuItemLink
      href={href}
      {...(icon ? { icon } : {})}
      onClick={(event: MouseEvent<HTMLElement>) => follow(event as MouseEvent<HTMLAnchorElement>)}
    >
      {children}
    </MenuItemLink>
  );
}
