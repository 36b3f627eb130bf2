/** What happened to a lead, oldest first. */
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  CheckmarkCircle20Filled,
  CircleHint20Regular,
  Clock20Regular,
  ErrorCircle20Filled,
  type FluentIcon,
  Warning20Filled,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import type { TimelineEntry } from '@leads/contracts/portal-api';
import { useNow } from '../pieces/clock.ts';
import { OutsideLink } from '../pieces/outside-link.tsx';
import type { Tone } from '../pieces/state-words.ts';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { plainList, quiet } from '../theme/looks.ts';
import { entryWords, nextAttempt } from './timeline-words.ts';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column', ...plainList },
  entry: {
    display: 'grid',
    gridTemplateColumns: '20px minmax(0, 1fr)',
    columnGap: tokens.spacingHorizontalM,
    paddingBottom: tokens.spacingVerticalL,
    ':last-child': { paddingBottom: 0 },
    ':last-child > :first-child::after': { display: 'none' },
  },
  mark: {
    position: 'relative',
    // The line to the next entry.
    '::after': {
      content: '""',
      position: 'absolute',
      top: '24px',
      bottom: '-12px',
      left: '9px',
      width: '2px',
      backgroundColor: tokens.colorNeutralStroke2,
    },
  },
  top: { display: 'flex', flexWrap: 'wrap', gap: `0 ${tokens.spacingHorizontalM}`, alignItems: 'baseline' },
  title: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  quiet,
  detail: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere', maxWidth: '75ch' },
  people: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXL },
  good: { color: tokens.colorStatusSuccessForeground1 },
  waiting: { color: tokens.colorBrandForeground1 },
  warning: { color: tokens.colorStatusWarningForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
});

const icons: Record<Tone, FluentIcon> = {
  good: CheckmarkCircle20Filled,
  waiting: Clock20Regular,
  warning: Warning20Filled,
  bad: ErrorCircle20Filled,
  quiet: CircleHint20Regular,
};

export function Timeline({
  entries,
  acceptedAt,
  isPending,
  madeOf,
  onSecondRequest,
}: {
  entries: readonly TimelineEntry[];
  acceptedAt: string;
  /** Whether the lead is still to be written. */
  isPending: boolean;
  /** The leads that were made of repeats just now, by when these came. */
  madeOf?: ReadonlyMap<string, string>;
  /** Asked for a repeat that was a wish of its own; absent where nobody may say so. */
  onSecondRequest?: ((repeatAt: string) => void) | undefined;
}): ReactElement {
  const styles = useStyles();
  const upcoming = nextAttempt(entries, isPending, new Date(useNow()));
  return (
    <ol className={styles.list}>
      {entries.map((entry, index) => {
        const since = Math.max(0, Date.parse(entry.at) - Date.parse(acceptedAt));
        const { tone, title, detail, next } = entryWords(entry, since);
        const Icon = icons[tone];
        return (
          <li key={`${entry.kind} ${entry.at} ${index}`} className={styles.entry}>
            <div className={mergeClasses(styles.mark, tone !== 'quiet' && styles[tone])}>
              <Icon aria-hidden />
            </div>
            <div>
              <div className={styles.top}>
                <span className={styles.title}>{title}</span>
                <span className={styles.quiet}>
                  <Time at={entry.at} as="exact" />
                </span>
              </div>
              {detail !== undefined && <div className={styles.detail}>{detail}</div>}
              {next !== undefined && <div className={styles.detail}>{next}</div>}
              {entry.kind === 'made' && (
                <div className={styles.quiet}>
                  {entry.from === 'kept-post' ? (
                    <TextLink to={`/kept-posts/${entry.id}`}>See what was posted</TextLink>
                  ) : (
                    <TextLink to={`/leads/${entry.id}`}>See the other lead</TextLink>
                  )}
                </div>
              )}
              {entry.kind === 'repeated' && (
                <Repeat
                  leadId={entry.madeLeadId ?? madeOf?.get(entry.at)}
                  at={entry.at}
                  onSecondRequest={onSecondRequest}
                />
              )}
              {entry.kind === 'held' && (
                <div className={styles.quiet}>
                  {entry.until !== undefined && (
                    <>
                      Until <Time at={entry.until} as="exact" />.{' '}
                    </>
                  )}
                  <TextLink to={`/incidents/${entry.incidentId}`}>See the incident</TextLink>
                </div>
              )}
              {entry === upcoming?.entry && (
                <div className={styles.quiet}>
                  {upcoming.next.kind === 'planned' ? (
                    <>
                      Next attempt planned <Time at={upcoming.next.at} />
                    </>
                  ) : (
                    'It is tried again by itself. The same answer is told here ever more seldom, at least once an hour; another at once.'
                  )}
                </div>
              )}
              {entry.kind === 'written' && entry.crmUrl !== undefined && (
                <OutsideLink href={entry.crmUrl}>Open in Dynamics 365</OutsideLink>
              )}
              {entry.kind === 'mailed' && (
                <ul className={mergeClasses(styles.people, styles.detail)}>
                  {entry.recipients.map(({ address, result, reason }) => (
                    <li key={address}>
                      {address}
                      {result === 'refused' && ` — not sent${reason === undefined ? '' : `: ${reason}`}`}
                    </li>
                  ))}
                  {entry.waiting?.map((address) => (
                    <li key={address}>{address} — waits until they confirm that they want mails</li>
                  ))}
                </ul>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** What may be made of a repeat, or was. */
function Repeat({
  leadId,
  at,
  onSecondRequest,
}: {
  leadId: string | undefined;
  at: string;
  onSecondRequest: ((repeatAt: string) => void) | undefined;
}): ReactElement | undefined {
  if (leadId !== undefined)
    return <TextLink to={`/leads/${leadId}`}>See the lead that was made of it</TextLink>;
  if (!onSecondRequest) return undefined;
  return (
    <Button size="small" onClick={() => onSecondRequest(at)}>
      This was a second wish
    </Button>
  );
}
