/** A part of a page with its own heading, as a card. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useId, type ReactElement, type ReactNode } from 'react';
import { PHONE } from '../theme/screen.ts';
import { buttonRow, card } from '../theme/looks.ts';

const useStyles = makeStyles({
  section: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    minWidth: 0,
    padding: tokens.spacingHorizontalXL,
    ...card,
    [PHONE]: { padding: tokens.spacingHorizontalL },
  },
  top: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
  },
  words: { minWidth: 0, flex: '1 1 200px' },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  heading: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    minHeight: '32px',
  },
  intro: { color: tokens.colorNeutralForeground2, maxWidth: '70ch' },
  actions: buttonRow,
});

export interface SectionProps {
  title: string;
  intro?: ReactNode;
  /** Beside the heading. */
  badge?: ReactNode;
  /** Buttons or a badge beside the heading. */
  actions?: ReactNode;
  className?: string;
  /** For links to this part of the page. */
  anchor?: string;
  children?: ReactNode;
}

export function Section({
  title,
  intro,
  badge,
  actions,
  className,
  anchor,
  children,
}: SectionProps): ReactElement {
  const styles = useStyles();
  const id = useId();
  return (
    <section id={anchor} aria-labelledby={id} className={mergeClasses(styles.section, className)}>
      <div className={styles.top}>
        <div className={styles.words}>
          <div className={styles.heading}>
            <h2 id={id} className={styles.title}>
              {title}
            </h2>
            {badge}
          </div>
          {intro !== undefined && <div className={styles.intro}>{intro}</div>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}
