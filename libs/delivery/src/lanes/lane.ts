/** A connection's lane while this instance holds it. */
import { Mapping, OtherPartnerLeads, type Reason } from '@leads/contracts';
import { Doorbell } from '@leads/pacing';
import { Absence } from './away.ts';
import { Pace } from './pace.ts';
import type { OfSome, Suspect } from './whose-fault.ts';

/** What is known of a connection. */
export interface Connection {
  connectionId: string;
  /** Where its leads go, as an address. */
  url: string;
  secretVersion: number;
  /** Who signs in there, as a hash; unknown of connections that were saved before it was told. */
  identityHash?: string | null;
  mapping?: Mapping | undefined;
}

/** Whom requests are sent to, and as whom. */
export type Identity = Pick<Connection, 'connectionId' | 'url' | 'identityHash'>;

export interface LaneFacts extends Omit<Connection, 'mapping'> {
  /** The fencing token of the lease. */
  fence: number;
  /** Why the connection was found broken, and whom that points at, if it has not worked since: a `Broken` as JSON. */
  broken: string | null;
  /** The connection's version: it rises with every save. */
  version: number;
  /** A `Mapping` as JSON, where the connection has one. */
  mapping?: string | null;
  /** An `OtherPartnerLeads`, where the connection has chosen one. */
  otherPartnerLeads?: string | null;
  /** Whether the connection is paused or not published: its lane is there for a Validate's test lead alone. */
  isHeld?: boolean;
  /** Whether nothing is to be delivered any more: paused or deleted, its lane is held until what is in flight has ended. */
  isClosed?: boolean;
  /** For how much longer the destination asked to be left alone, in milliseconds. */
  heldForMs?: number | null;
  /** Since when the destination works for nobody, where that was told. */
  awaySince?: Date | null;
  /** `OfSome`s as JSON, where there are any. */
  refusedSome?: string | null;
}

/** What is kept of a connection that was found broken. */
export type Broken = Reason & { suspect?: Suspect };

/** Who waits for room looks again after so many milliseconds: what hangs becomes overdue without a word. */
const LOOK_FOR_ROOM_MS = 1_000;

export class Lane implements Connection {
  readonly connectionId: string;
  readonly fence: number;
  url: string;
  secretVersion: number;
  identityHash: string | null;
  version: number;
  mapping: Mapping | undefined;
  /** What is done with leads of customers who asked another partner. */
  otherPartnerLeads: OtherPartnerLeads;
  isHeld: boolean;
  readonly absence: Absence;
  /** What is known from before of refusals that some leads met while others passed. */
  readonly refusedSome: readonly OfSome[];
  private cause: string | null;
  private suspect: string | null;
  private readonly ending = new AbortController();
  private readonly bell = new Doorbell();

  /** @param onBreakerChanged told when the connection was found broken, for another cause than before, or working again */
  constructor(
    facts: LaneFacts,
    readonly pace: Pace = new Pace(1),
    private readonly onBreakerChanged: (lane: Lane) => void = () => undefined,
  ) {
    this.connectionId = facts.connectionId;
    this.fence = facts.fence;
    this.url = facts.url;
    this.secretVersion = facts.secretVersion;
    this.identityHash = facts.identityHash ?? null;
    this.version = facts.version;
    const broken = facts.broken === null ? undefined : (JSON.parse(facts.broken) as Broken);
    this.cause = broken?.cause ?? null;
    this.suspect = broken?.suspect ?? null;
    this.mapping = readMapping(facts.mapping);
    this.otherPartnerLeads = readOtherPartnerLeads(facts.otherPartnerLeads);
    this.isHeld = facts.isHeld ?? false;
    this.refusedSome = facts.refusedSome ? (JSON.parse(facts.refusedSome) as OfSome[]) : [];
    this.absence = new Absence(facts.awaySince?.getTime());
  }

  /** Why the connection was found broken; `null` while it works. */
  get brokenCause(): string | null {
    return this.cause;
  }

  /** Whom the cause points at, while the connection is broken. */
  get brokenSuspect(): string | null {
    return this.suspect;
  }

  /** Whether the lane is to be given up: nothing new may begin in it. */
  get ended(): boolean {
    return this.ending.signal.aborted;
  }

  /** Given once the lane is to be given up. */
  get whenEnded(): AbortSignal {
    return this.ending.signal;
  }

  end(): void {
    this.ending.abort();
    this.wake();
  }

  /** The connection was saved anew; a lane that waits, for that or for anything else, goes on. */
  refresh(
    facts: Pick<
      LaneFacts,
      'url' | 'secretVersion' | 'identityHash' | 'version' | 'mapping' | 'otherPartnerLeads' | 'isHeld'
    >,
  ): void {
    if (facts.version === this.version) return;
    this.mapping = readMapping(facts.mapping);
    this.otherPartnerLeads = readOtherPartnerLeads(facts.otherPartnerLeads);
    this.version = facts.version;
    this.url = facts.url;
    this.secretVersion = facts.secretVersion;
    this.identityHash = facts.identityHash ?? null;
    this.isHeld = facts.isHeld ?? false;
    this.probe();
  }

  /** The connection was found broken for this cause, or with `null` working again. */
  setBroken(brokenCause: string | null, suspect: Suspect | null = null): void {
    this.cause = brokenCause;
    this.suspect = suspect;
    this.onBreakerChanged(this);
  }

  /** A person asks: one request is tried at once, whatever the lane waits for. */
  probe(): void {
    this.pace.forgive();
    this.wake();
  }

  /** Something may be due, or done. */
  wake(): void {
    this.bell.ring();
  }

  /** Waits until a request may begin, as far as that is known. */
  async waitForRoom(holdMs: number): Promise<void> {
    const tell = (): void => this.wake();
    this.pace.limits.whenFree(tell);
    await this.sleep(holdMs || LOOK_FOR_ROOM_MS);
    this.pace.limits.forgetWaiting(tell);
  }

  /** Waits until there is news, or for so many milliseconds. News that came before the call counts. */
  sleep(ms: number): Promise<void> {
    return this.bell.sleep(ms);
  }
}

/** A choice that a newer version made is taken as none. */
function readOtherPartnerLeads(chosen: string | null | undefined): OtherPartnerLeads {
  return OtherPartnerLeads.catch('written').parse(chosen);
}

function readMapping(json: string | null | undefined): Mapping | undefined {
  return json ? Mapping.parse(JSON.parse(json)) : undefined;
}
