/** A connection's lane while this instance holds it. */
import { Mapping } from '@leads/contracts';
import { Doorbell } from '@leads/pacing';
import type { LeadTable } from './lead-table.ts';

export interface LaneFacts {
  connectionId: string;
  /** The organisation's origin, e.g. `https://contoso.crm4.dynamics.com`. */
  organization: string;
  secretVersion: number;
  /** The fencing token of the lease. */
  fence: number;
  /** Why the connection was found broken, if it has not worked since. */
  brokenCause: string | null;
  /** The connection's version: it rises with every save. */
  version: number;
  /** A `Mapping` as JSON, where the connection has one. */
  mapping?: string | null;
  /** Whether the connection is paused: its lane is held for a Validate's test lead alone. */
  isPaused?: boolean;
}

/** How a lane goes at a moment; times in milliseconds from then, 0 where there is nothing to wait for. */
export interface LaneGoing {
  /** Requests to the organisation that are under way. */
  underWay: number;
  /** How many requests at a time the pace permits. */
  permitted: number;
  /** How long nothing may begin. */
  holdMs: number;
  /** How long the organisation itself asked to be left alone. */
  askedMs: number;
}

export class Lane implements Omit<LaneFacts, 'mapping'> {
  readonly connectionId: string;
  readonly fence: number;
  organization: string;
  secretVersion: number;
  version: number;
  brokenCause: string | null;
  mapping: Mapping | undefined;
  isPaused: boolean;
  /** The organisation's own lead table, once it is known. */
  table: LeadTable | undefined;
  /** Called when the connection may work again: it was saved anew, or is being validated. */
  onSaved: (() => void) | undefined;
  /** How the lane goes now, as who drains it knows. */
  going: ((now: number) => LaneGoing) | undefined;
  /** Called when the connection was found broken, for another cause than before, or working again. */
  onTurned: (() => void) | undefined;
  private readonly ending = new AbortController();
  private readonly bell = new Doorbell();

  constructor(facts: LaneFacts) {
    this.connectionId = facts.connectionId;
    this.fence = facts.fence;
    this.organization = facts.organization;
    this.secretVersion = facts.secretVersion;
    this.version = facts.version;
    this.brokenCause = facts.brokenCause;
    this.mapping = readMapping(facts.mapping);
    this.isPaused = facts.isPaused ?? false;
  }

  /** Whether the lane is to be given up: nothing new may begin in it. */
  get ended(): boolean {
    return this.ending.signal.aborted;
  }

  end(): void {
    this.ending.abort();
    this.wake();
  }

  /** The connection was saved anew; a lane that waits for just that goes on. */
  refresh(
    facts: Pick<LaneFacts, 'organization' | 'secretVersion' | 'version' | 'mapping' | 'isPaused'>,
  ): void {
    if (facts.version === this.version) return;
    this.version = facts.version;
    this.organization = facts.organization;
    this.secretVersion = facts.secretVersion;
    this.mapping = readMapping(facts.mapping);
    this.isPaused = facts.isPaused ?? false;
    this.onSaved?.();
    this.wake();
  }

  /** The connection was found broken for this cause, or with `null` working again. */
  turn(brokenCause: string | null): void {
    this.brokenCause = brokenCause;
    this.onTurned?.();
  }

  /** A test lead waits: it is tried at once, whatever the lane waits for. */
  probe(): void {
    this.onSaved?.();
    this.wake();
  }

  /** Something may be due, or done. */
  wake(): void {
    this.bell.ring();
  }

  /** Waits until there is news, or for so many milliseconds. News that came before the call counts. */
  sleep(ms: number): Promise<void> {
    return this.bell.sleep(ms);
  }
}

function readMapping(json: string | null | undefined): Mapping | undefined {
  return json ? Mapping.parse(JSON.parse(json)) : undefined;
}
