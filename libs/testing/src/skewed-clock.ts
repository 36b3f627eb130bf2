/** A process whose machine has a wrong clock. */

/** Settings with which a process of Node takes it to be so many milliseconds later than it is. */
export function skewedClock(aheadMs: number): { NODE_OPTIONS: string } {
  const code = `const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...parts) { if (parts.length > 0) super(...parts); else super(Date.now()); }
      static now() { return Real.now() + ${aheadMs}; }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}
