/** The rows of one lane in memory, for the walk without a database: what is due, and what became of it, in virtual time. */
import type { Delivery, Due, Settlement } from '../lanes/deliveries.ts';
import type { Closing } from '../lanes/breaker.ts';
import type { LaneStore } from '../lanes/lane-store.ts';

interface Row {
  delivery: Delivery;
  dueAt: number;
}

/** Does what `lane-store.ts` does in PostgreSQL, as far as one holder of a lane can tell. */
export class LaneInMemory implements LaneStore {
  /** Every end that was written down, in order. */
  readonly settled: Settlement[] = [];
  /** How often the breaker has opened, and closed. */
  readonly breaker = { opened: 0, closed: 0 };
  private readonly pending = new Map<string, Row>();
  private isOpen = false;

  /** @param commit resolves once what is written down counts */
  constructor(private readonly commit: () => Promise<void>) {}

  /** How many leads wait. */
  get waiting(): number {
    return this.pending.size;
  }

  takeIn(accepted: Delivery['accepted']): void {
    const untried = {
      attempts: 0,
      isUnclear: false,
      strikes: 0,
      signature: undefined,
      refusedFor: undefined,
    };
    this.pending.set(accepted.leadId, { delivery: { accepted, ...untried }, dueAt: Date.now() });
  }

  next(inFlight: ReadonlySet<string>, limit: number, probing?: 'untried-first' | 'untried'): Promise<Due> {
    const now = Date.now();
    const isTried = ({ delivery }: Row): boolean => delivery.attempts > 0 || delivery.isUnclear;
    const isLater = ({ dueAt }: Row): boolean => dueAt > now;
    const rows = [...this.pending.values()]
      .filter(
        (row) => !inFlight.has(row.delivery.accepted.leadId) && !(probing === 'untried' && isTried(row)),
      )
      .sort((a, b) => {
        const untriedFirst =
          Number(isLater(a)) - Number(isLater(b)) || Number(isTried(a)) - Number(isTried(b));
        return (probing === 'untried-first' && untriedFirst) || a.dueAt - b.dueAt;
      })
      .slice(0, limit);
    const due = rows.filter((row) => !isLater(row)).map(({ delivery }) => delivery);
    const later = rows[due.length];
    return Promise.resolve({ due, undecodable: [], waitMs: later && later.dueAt - now });
  }

  async settle(settlements: readonly Settlement[]): Promise<void> {
    await this.commit();
    for (const settlement of settlements) {
      const { delivery, end } = settlement;
      const { leadId } = delivery.accepted;
      if (!this.pending.has(leadId)) continue;
      this.settled.push(settlement);
      if (end.kind !== 'deferred') this.pending.delete(leadId);
      else {
        const attempts = delivery.attempts + (end.counts ? 1 : 0);
        this.pending.set(leadId, {
          delivery: { ...delivery, attempts, ...end.marks },
          dueAt: Date.now() + end.afterMs,
        });
      }
    }
  }

  wakeWaiting(): Promise<void> {
    for (const row of this.pending.values())
      if (row.delivery.strikes === 0) row.dueAt = Math.min(row.dueAt, Date.now());
    return Promise.resolve();
  }

  keepRefusedSome(): Promise<void> {
    return this.commit();
  }

  openBreaker(): Promise<void> {
    if (!this.isOpen) this.breaker.opened += 1;
    this.isOpen = true;
    return this.commit();
  }

  async closeBreaker(_now: Date, why: Closing): Promise<boolean> {
    const closes = this.isOpen && (why === 'works' || this.waiting === 0);
    if (closes) {
      this.breaker.closed += 1;
      this.isOpen = false;
    }
    await this.commit();
    return closes;
  }

  putAside(): Promise<[]> {
    return Promise.resolve([]);
  }

  isAway(): Promise<void> {
    return Promise.resolve();
  }

  isBack(): Promise<void> {
    return Promise.resolve();
  }
}
