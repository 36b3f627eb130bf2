/** A link to another page of the console that looks like a button. */
import { Button, type ButtonProps } from '@fluentui/react-components';
import type { MouseEvent, ReactElement, ReactNode } from 'react';
import { useHref, useLinkClickHandler } from 'react-router';

export interface LinkButtonProps extends Pick<ButtonProps, 'appearance' | 'size'> {
  to: string;
  icon?: ReactElement;
  children: ReactNode;
}

export function LinkButton({
  to,
  icon,
  children,
  appearance = 'secondary',
  size = 'medium',
}: LinkButtonProps): ReactElement {
  const href = useHref(to);
  const follow = useLinkClickHandler<HTMLAnchorElement>(to);
  return (
    <Button
      as="a"
      href={href}
      appearance={appearance}
      size={size}
      {...(icon ? { icon } : {})}
      onClick={(event: MouseEvent<HTMLElement>) => follow(event as MouseEvent<HTMLAnchorElement>)}
    >
      {children}
    </Button>
  );
}
