/** The body as the marketplace posted it, laid out where it is JSON; copied as it came. */
import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  Link,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useMemo, type ReactElement } from 'react';
import { CopyButton } from '../pieces/copy-button.tsx';

const useStyles = makeStyles({
  panel: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-start',
    gap: tokens.spacingVerticalS,
    margin: 0,
  },
  actions: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  body: {
    boxSizing: 'border-box',
    width: '100%',
    maxHeight: '420px',
    margin: 0,
    padding: tokens.spacingHorizontalM,
    overflow: 'auto',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
});

export interface OriginalBodyProps {
  original: string;
  /** That body byte for byte, in base64, where the text is only what was read of it. */
  bytes?: string | undefined;
  /** Whether it is shown without a click. */
  isOpen?: boolean;
}

export function OriginalBody({ original, bytes, isOpen = false }: OriginalBodyProps): ReactElement {
  const styles = useStyles();
  const laidOut = useMemo(() => layOut(original), [original]);
  return (
    <Accordion collapsible defaultOpenItems={isOpen ? ['original'] : []}>
      <AccordionItem value="original">
        <AccordionHeader as="h2">As the marketplace posted it</AccordionHeader>
        <AccordionPanel className={styles.panel}>
          {/* What scrolls can be reached with the keyboard. */}
          <pre className={styles.body} tabIndex={0} aria-label="The posted body" role="region">
            {laidOut}
          </pre>
          <div className={styles.actions}>
            <CopyButton text={original} what="the posted body" hasWords />
            {bytes !== undefined && (
              <Link href={`data:application/octet-stream;base64,${bytes}`} download="posted-body.bin">
                Download the bytes as they came
              </Link>
            )}
          </div>
        </AccordionPanel>
      </AccordionItem>
    </Accordion>
  );
}

function layOut(original: string): string {
  try {
    return JSON.stringify(JSON.parse(original), undefined, 2);
  } catch {
    return original;
  }
}
