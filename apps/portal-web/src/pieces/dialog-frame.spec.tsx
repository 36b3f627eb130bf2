/** @jest-environment jsdom */
import { describe, expect, jest, test } from '@jest/globals';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState, type ReactElement } from 'react';
import { DialogFrame, type DialogFrameProps } from './dialog-frame.tsx';

/** A page with a button that opens the dialog. */
function Opener(props: Partial<DialogFrameProps>): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button onClick={() => setOpen(true)}>Open</button>
      {isOpen && (
        <DialogFrame
          title="Versions"
          actions={<button type="submit">Save</button>}
          {...props}
          onClose={() => {
            props.onClose?.();
            setOpen(false);
          }}
        >
          <input aria-label="Name" />
        </DialogFrame>
      )}
    </>
  );
}

async function open(props: Partial<DialogFrameProps>): Promise<void> {
  render(<Opener {...props} />);
  await userEvent.click(screen.getByRole('button', { name: 'Open' }));
  await screen.findByRole('dialog', { name: 'Versions' });
}

describe('a dialog', () => {
  test('closes with Escape, and the focus is where it was', async () => {
    await open({});
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Open' })));
  });

  test('cannot be closed while it is busy', async () => {
    const onClose = jest.fn();
    await open({ isBusy: true, onClose });
    await userEvent.keyboard('{Escape}');
    expect(onClose).not.toHaveBeenCalled();
  });

  test('is no form without something to submit', async () => {
    await open({});
    expect(document.querySelector('form')).toBeNull();
  });
});

describe('a dialog that is a form', () => {
  test('is submitted with Enter in a field, and the page stays', async () => {
    const onSubmit = jest.fn();
    await open({ onSubmit });
    await userEvent.type(screen.getByLabelText('Name'), 'Contoso{Enter}');
    expect(onSubmit).toHaveBeenCalledTimes(1);
  });

  test('is not submitted again while it is busy', async () => {
    const onSubmit = jest.fn();
    await open({ onSubmit, isBusy: true });
    await userEvent.type(screen.getByLabelText('Name'), 'Contoso{Enter}');
    expect(onSubmit).not.toHaveBeenCalled();
  });
});
