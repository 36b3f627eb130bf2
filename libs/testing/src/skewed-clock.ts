/** A machine with a wrong clock: that of a process, or that of the test's own. */

/** Settings with which a process of Node takes it to be so many milliseconds later than it is. */
export function skewedClock(aheadMs: number): { NODE_OPTIONS: string } {
  const code = `const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...parts) { if (parts.length > 0) super(...parts); else super(Date.now()); }
      static now() { return Real.now() + ${aheadMs}; }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** Has this very process take it to be so many milliseconds later than it is. @returns what sets its clock right */
export function skewDate(aheadMs: number): () => void {
  const Real = globalThis.Date;
  class Skewed extends Real {
    constructor(...parts: [] | [number | string | Date]) {
      super(parts.length > 0 ? (parts[0] as number) : Skewed.now());
    }
    static override now(): number {
      return Real.now() + aheadMs;
    }
  }
  globalThis.Date = Skewed as DateConstructor;
  return () => void (globalThis.Date = Real);
}
