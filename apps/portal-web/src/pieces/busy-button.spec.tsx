/** @jest-environment jsdom */
import { expect, jest, test } from '@jest/globals';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { BusyButton } from './busy-button.tsx';

test('does its work when it is pressed', async () => {
  const onClick = jest.fn();
  render(
    <BusyButton isBusy={false} onClick={onClick}>
      Replay
    </BusyButton>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Replay' }));
  expect(onClick).toHaveBeenCalledTimes(1);
  expect(screen.queryByRole('progressbar')).toBeNull();
});

test('while it is busy it shows so, keeps the focus, and cannot be pressed again', async () => {
  const onClick = jest.fn();
  const { rerender } = render(
    <BusyButton isBusy={false} onClick={onClick}>
      Replay
    </BusyButton>,
  );
  const button = screen.getByRole('button', { name: 'Replay' });
  button.focus();
  rerender(
    <BusyButton isBusy onClick={onClick}>
      Replay
    </BusyButton>,
  );
  expect(screen.getByRole('progressbar')).toBeTruthy();
  expect(document.activeElement).toBe(button);
  await userEvent.click(button);
  await userEvent.keyboard('{Enter}');
  expect(onClick).not.toHaveBeenCalled();
});
