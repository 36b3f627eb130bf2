/** Copies a text and says that it did, to eyes and to screen readers. */
import { Button, Tooltip, useAnnounce } from '@fluentui/react-components';
import { Checkmark16Filled, Copy16Regular, Dismiss16Regular } from '@fluentui/react-icons';
import { useEffect, useState, type ReactElement } from 'react';

const SHOWN_MS = 2_500;

export interface CopyButtonProps {
  text: string;
  /** What is copied, e.g. `Directory ID`: completes "Copy …" and "… copied". */
  what: string;
  /** With words beside the icon. */
  hasWords?: boolean;
}

type Result = 'copied' | 'failed';

export function CopyButton({ text, what, hasWords = false }: CopyButtonProps): ReactElement {
  const { announce } = useAnnounce();
  const [result, setResult] = useState<Result>();
  useEffect(() => {
    if (!result) return;
    const timer = setTimeout(() => setResult(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [result]);
  const show = (next: Result): void => {
    setResult(next);
    announce(words(next, what), { alert: true });
  };
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => show('copied'),
      () => show('failed'),
    );
  };
  const label = result ? words(result, what) : `Copy ${what}`;
  return (
    <Tooltip content={label} relationship="label" {...(result && !hasWords ? { visible: true } : {})}>
      <Button
        size={hasWords ? 'medium' : 'small'}
        appearance={hasWords ? 'secondary' : 'subtle'}
        icon={icons[result ?? 'none']}
        onClick={copy}
      >
        {hasWords ? (result ? (result === 'copied' ? 'Copied' : 'Not copied') : 'Copy') : undefined}
      </Button>
    </Tooltip>
  );
}

const icons = { none: <Copy16Regular />, copied: <Checkmark16Filled />, failed: <Dismiss16Regular /> };

function words(result: Result, what: string): string {
  return result === 'copied'
    ? `${what} copied`
    : `The browser did not permit copying: select the text and copy it`;
}
