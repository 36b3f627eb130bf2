/** A button whose work takes a while: it keeps its place and the focus, cannot be pressed again, and shows that it works. */
import { Button, type ButtonProps, Spinner } from '@fluentui/react-components';
import type { ReactElement, ReactNode } from 'react';

export interface BusyButtonProps extends Pick<ButtonProps, 'appearance' | 'className'> {
  isBusy: boolean;
  /** While it is not busy. */
  icon?: ReactElement;
  type?: 'button' | 'submit';
  onClick?: () => void;
  children: ReactNode;
}

export function BusyButton({ isBusy, icon, ...button }: BusyButtonProps): ReactElement {
  return (
    <Button {...button} disabledFocusable={isBusy} icon={isBusy ? <Spinner size="tiny" /> : (icon ?? null)} />
  );
}
