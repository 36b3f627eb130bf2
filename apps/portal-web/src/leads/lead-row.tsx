/** One lead in the list. */
import { Checkbox, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { Link } from 'react-router';
import type { LeadSummary } from '@leads/contracts/portal-api';
import { LeadStateBadge, TestBadge } from '../pieces/state-badge.tsx';
import { Time } from '../pieces/time.tsx';
import { quiet } from '../theme/looks.ts';
import { NARROW } from '../theme/screen.ts';

const useStyles = makeStyles({
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1.6fr) minmax(0, 1.4fr) minmax(0, 1.6fr) 104px',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalL,
    rowGap: tokens.spacingVerticalXS,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    borderBottom: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke3}`,
    contentVisibility: 'auto',
    containIntrinsicSize: 'auto 57px',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':last-child': { borderBottomStyle: 'none' },
    [NARROW]: {
      gridTemplateColumns: 'minmax(0, 1fr) auto',
      gridTemplateAreas: '"who when" "state state" "offer offer"',
    },
  },
  selectable: {
    gridTemplateColumns: '32px minmax(0, 1.6fr) minmax(0, 1.4fr) minmax(0, 1.6fr) 104px',
    [NARROW]: {
      gridTemplateColumns: '32px minmax(0, 1fr) auto',
      gridTemplateAreas: '"pick who when" ". state state" ". offer offer"',
    },
  },
  pick: { marginInlineStart: '-8px', [NARROW]: { gridArea: 'pick' } },
  who: { minWidth: 0, [NARROW]: { gridArea: 'who' } },
  offer: { minWidth: 0, [NARROW]: { gridArea: 'offer' } },
  state: { minWidth: 0, [NARROW]: { gridArea: 'state' } },
  when: { textAlign: 'end', [NARROW]: { gridArea: 'when' } },
  line: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  quiet,
  link: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    textDecorationLine: 'none',
    borderRadius: tokens.borderRadiusSmall,
    overflowWrap: 'anywhere',
    ':hover': { color: tokens.colorBrandForegroundLinkHover, textDecorationLine: 'underline' },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '2px' },
  },
  badges: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
  reason: { overflowWrap: 'anywhere' },
});

export interface LeadRowProps {
  lead: LeadSummary;
  /** For those who see leads of several publishers. */
  showPublisher: boolean;
  /** Present where leads can be selected; only dead ones can. */
  selection?: { isSelected: boolean; onChange: (isSelected: boolean) => void } | undefined;
}

export function LeadRow({ lead, showPublisher, selection }: LeadRowProps): ReactElement {
  const styles = useStyles();
  const name = nameOf(lead);
  const why = lead.waitsFor ?? lead.reason;
  return (
    <li className={mergeClasses(styles.row, selection && styles.selectable)}>
      {selection && (
        <div className={styles.pick}>
          {lead.state === 'dead' && (
            <Checkbox
              aria-label={`Select ${name}`}
              checked={selection.isSelected}
              onChange={(_, { checked }) => selection.onChange(checked === true)}
            />
          )}
        </div>
      )}
      <div className={styles.who}>
        <Link to={`/leads/${lead.leadId}`} className={styles.link}>
          {name}
        </Link>
        <div className={mergeClasses(styles.line, styles.quiet)}>{lead.company || 'No company'}</div>
      </div>
      <div className={styles.offer}>
        <div className={styles.line}>{lead.offerTitle || 'No offer named'}</div>
        <div className={mergeClasses(styles.line, styles.quiet)}>
          {showPublisher ? lead.publisher.name : lead.email || 'No e-mail'}
        </div>
      </div>
      <div className={styles.state}>
        <div className={styles.badges}>
          <LeadStateBadge {...lead} />
          {lead.isTest && <TestBadge />}
        </div>
        {lead.state !== 'written' && why && (
          <div className={mergeClasses(styles.quiet, styles.reason)}>{why.what}</div>
        )}
      </div>
      <div className={mergeClasses(styles.when, styles.quiet)}>
        <Time at={lead.acceptedAt} />
      </div>
    </li>
  );
}

/** What a lead is called; the marketplace sends some without a name. */
export function nameOf({ name, email, company }: Pick<LeadSummary, 'name' | 'email' | 'company'>): string {
  return name.trim() || email || company || 'Without a name';
}
