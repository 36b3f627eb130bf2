/** One lane: how far behind it is, what stands in its way, who drains it; paused and resumed here. */
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Pause20Regular, Play20Regular } from '@fluentui/react-icons';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { Lane } from '@leads/contracts/portal-api';
import { keys } from '../api/keys.ts';
import { invalidate } from '../api/invalidate.ts';
import { leadsAddress } from '../leads/leads-address.ts';
import { hostOf } from '../offers/sort-offers.ts';
import { useConnectionAction } from '../offers/use-connection-action.ts';
import { ConfirmDialog } from '../pieces/confirm-dialog.tsx';
import { Fact, Facts } from '../pieces/facts.tsx';
import { ProblemBar } from '../pieces/problem-bar.tsx';
import { ProblemSummary } from '../pieces/problem-summary.tsx';
import { StateBadge } from '../pieces/state-badge.tsx';
import { useSuccessToast } from '../pieces/success-toast.tsx';
import { TextLink } from '../pieces/text-link.tsx';
import { Time } from '../pieces/time.tsx';
import { mayChange } from '../session/roles.ts';
import { useSession } from '../session/use-session.ts';
import { card, quiet } from '../theme/looks.ts';
import { isThrottled, stateOf } from './sort-lanes.ts';

const useStyles = makeStyles({
  lane: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    minWidth: 0,
    padding: tokens.spacingHorizontalL,
    ...card,
  },
  top: { display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', gap: tokens.spacingHorizontalM },
  words: { flex: '1 1 220px', minWidth: 0 },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400 },
  quiet: { ...quiet, overflowWrap: 'anywhere' },
  reason: {
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    overflowWrap: 'anywhere',
  },
  number: { fontVariantNumeric: 'tabular-nums' },
});

export function LaneCard({ lane, now }: { lane: Lane; now: Date }): ReactElement {
  const styles = useStyles();
  const { role } = useSession();
  const { connectionId, offer, publisher, counts, breaker, incident, instance } = lane;
  return (
    <li className={styles.lane}>
      <div className={styles.top}>
        <div className={styles.words}>
          <h3 className={styles.title}>
            <TextLink to={`/offers/${connectionId}`}>{offer.title}</TextLink>
          </h3>
          <div className={styles.quiet}>
            {publisher.name} · {hostOf(lane.url)}
          </div>
        </div>
        <StateBadge {...stateOf(lane, now)} />
        {mayChange(role) && lane.state !== 'draft' && <PauseButton lane={lane} />}
      </div>
      {(incident !== undefined || breaker.state === 'open') && (
        <div className={styles.reason}>
          {incident ? (
            <ProblemSummary problem={incident} />
          ) : (
            <>
              <div>{breaker.reason?.what ?? 'Dynamics refuses us.'}</div>
              {breaker.reason && <div>{breaker.reason.remedy}</div>}
              {breaker.since !== undefined && (
                <div className={styles.quiet}>
                  Since <Time at={breaker.since} as="short" />
                </div>
              )}
            </>
          )}
          {breaker.nextProbeAt !== undefined && (
            <div className={styles.quiet}>
              Next try <Time at={breaker.nextProbeAt} />
            </div>
          )}
        </div>
      )}
      <div className={styles.number}>
        <Facts>
          <Fact name="Waiting">
            <Count count={counts.pending} to={leadsAddress({ connectionId, state: 'pending' })} />
          </Fact>
          <Fact name="Oldest waiting">
            {lane.oldestPendingAt === undefined ? '—' : <Time at={lane.oldestPendingAt} />}
          </Fact>
          <Fact name="Dead">
            <Count count={counts.dead} to={leadsAddress({ connectionId, state: 'dead' })} />
          </Fact>
          <Fact name="Written">{counts.written.toLocaleString('en')}</Fact>
          <Fact name="Requests under way">
            {lane.inFlight} of {lane.permitted} permitted
          </Fact>
          <Fact name="Throttled until">
            {isThrottled(lane, now) && lane.throttledUntil !== undefined ? (
              <Time at={lane.throttledUntil} as="exact" />
            ) : (
              'Not throttled'
            )}
          </Fact>
          <Fact name="Writer">{instance ?? 'None holds it'}</Fact>
          <Fact name="Told">{lane.reportedAt === undefined ? 'Not yet' : <Time at={lane.reportedAt} />}</Fact>
        </Facts>
      </div>
    </li>
  );
}

function Count({ count, to }: { count: number; to: string }): ReactElement {
  return count === 0 ? <>0</> : <TextLink to={to}>{count.toLocaleString('en')}</TextLink>;
}

function PauseButton({ lane }: { lane: Lane }): ReactElement {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const toast = useSuccessToast();
  const act = useConnectionAction(lane.connectionId);
  const [isAsking, setAsking] = useState(false);
  const isPaused = lane.state === 'paused';
  const run = (): void =>
    act.mutate(isPaused ? 'resume' : 'pause', {
      onSuccess: () => {
        setAsking(false);
        toast(isPaused ? 'Resumed: what waited is written now' : 'Paused: leads are taken in and wait');
        invalidate(queryClient, keys.lanes);
      },
    });
  return (
    <>
      <Button
        icon={isPaused ? <Play20Regular /> : <Pause20Regular />}
        aria-label={`${isPaused ? 'Resume' : 'Pause'} ${lane.offer.title}`}
        disabledFocusable={act.isPending}
        onClick={() => (isPaused ? run() : setAsking(true))}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      {isPaused && act.error && (
        <div className={mergeClasses(styles.words)}>
          <ProblemBar problem={act.error} />
        </div>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={`Pause the leads of ${lane.offer.title}?`}
        action="Pause"
        isPending={act.isPending}
        problem={act.error}
        onConfirm={run}
        onCancel={() => {
          act.reset();
          setAsking(false);
        }}
      >
        Leads are still taken in, and wait. Nothing is written into Dynamics until it is resumed.
      </ConfirmDialog>
    </>
  );
}
