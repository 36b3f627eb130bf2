/** One step: where to click, what to enter there, what one sees then, what goes wrong most. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { ChevronRight12Regular } from '@fluentui/react-icons';
import type { ReactElement, ReactNode } from 'react';
import { PAGES } from '@leads/contracts/validation';
import { CopyButton } from '../pieces/copy-button.tsx';
import { OutsideLink } from '../pieces/outside-link.tsx';
import { plainList } from '../theme/looks.ts';
import type { SetUpPart, SetUpStep } from './set-up-step.ts';

const useStyles = makeStyles({
  step: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    maxWidth: '80ch',
    paddingBlock: `0 ${tokens.spacingVerticalL}`,
    overflowWrap: 'anywhere',
  },
  path: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `0 ${tokens.spacingHorizontalXS}`,
    ...plainList,
    fontWeight: tokens.fontWeightSemibold,
  },
  crumb: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXS, minWidth: 0 },
  chevron: { flexShrink: 0, color: tokens.colorNeutralForeground3 },
  clicks: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    margin: `${tokens.spacingVerticalXS} 0 0`,
    paddingInlineStart: '24px',
  },
  quiet: { color: tokens.colorNeutralForeground2 },
  values: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    ...plainList,
  },
  value: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: `0 ${tokens.spacingHorizontalS}` },
  text: { minWidth: 0, fontFamily: tokens.fontFamilyMonospace },
  beware: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
  },
});

export interface StepPanelProps {
  step: SetUpStep;
  /** Absent for those who may not change them. */
  onOpenDetails: (() => void) | undefined;
  /** Whether it is done. */
  children: ReactNode;
}

export function StepPanel({ step, onOpenDetails, children }: StepPanelProps): ReactElement {
  const styles = useStyles();
  const { name, title, why, parts, values, afterwards, beware, outdated } = step;
  return (
    <div className={styles.step}>
      <div className={styles.quiet}>{why}</div>
      {parts.map((part, index) => (
        <Part key={part.path.join()} part={part} first={countBefore(parts, index) + 1} />
      ))}
      {values.length > 0 && (
        <ul className={styles.values} aria-label={`Values for: ${title}`}>
          {values.map(({ name: what, value }) => (
            <li key={what} className={styles.value}>
              <span className={styles.quiet}>{what}</span>
              <span className={styles.text}>{value}</span>
              <CopyButton text={value} what={what} />
            </li>
          ))}
        </ul>
      )}
      {name === 'enter' && onOpenDetails && (
        <div>
          <Button appearance="primary" onClick={onOpenDetails}>
            Open Connection details
          </Button>
        </div>
      )}
      <div>
        <strong>What you should see then:</strong> {afterwards}
      </div>
      <div className={styles.beware}>
        <div>
          <strong>A common mistake:</strong> {beware}
        </div>
        {outdated !== undefined && (
          <div>
            <strong>Different from older guides:</strong> {outdated}
          </div>
        )}
      </div>
      {children}
    </div>
  );
}

/** @param first the number of its first click, counted through the step */
function Part({ part, first }: { part: SetUpPart; first: number }): ReactElement {
  const styles = useStyles();
  const { page, path, clicks } = part;
  const { name, href } = page ? PAGES[page] : {};
  const from = href === undefined ? name : <OutsideLink href={href}>{name}</OutsideLink>;
  const crumbs: ReactNode[] = from === undefined ? [...path] : [from, ...path];
  return (
    <div>
      <ol className={styles.path} aria-label="Where">
        {crumbs.map((crumb, index) => (
          <li key={index} className={styles.crumb}>
            {index > 0 && <ChevronRight12Regular className={styles.chevron} aria-hidden />}
            <span>{crumb}</span>
          </li>
        ))}
      </ol>
      <ol className={styles.clicks} start={first}>
        {clicks.map((click) => (
          <li key={click}>{click}</li>
        ))}
      </ol>
    </div>
  );
}

function countBefore(parts: readonly SetUpPart[], index: number): number {
  return parts.slice(0, index).reduce((sum, { clicks }) => sum + clicks.length, 0);
}
