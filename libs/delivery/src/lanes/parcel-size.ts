/** How many rows go into one request: as many as it bears without taking long. */

/** How long a request should take at most, in milliseconds: far from the two minutes at which all of it is in doubt. */
const TARGET_MS = 5_000;

/** The weight of what was learned before, with each further answer. */
const REMEMBERS = 0.85;

/**
 * Keeps a running straight line through how long requests took by their rows, for some take long whatever they carry,
 * and smaller ones would only make more of them. Pure but for its own state.
 */
export class ParcelSize {
  private size: number;
  private weight = 0;
  private x = 0;
  private y = 0;
  private xx = 0;
  private xy = 0;

  constructor(private readonly most: number) {
    this.size = most;
  }

  /** The most rows for the next request. */
  get rows(): number {
    return Math.max(1, Math.floor(this.size));
  }

  /** A request with so many rows took so long. */
  took(rows: number, ms: number): void {
    this.weight = this.weight * REMEMBERS + 1;
    this.x = this.x * REMEMBERS + rows;
    this.y = this.y * REMEMBERS + ms;
    this.xx = this.xx * REMEMBERS + rows * rows;
    this.xy = this.xy * REMEMBERS + rows * ms;
    if (ms > TARGET_MS && rows > 1) {
      const { base, perRow } = this.line(rows, ms);
      const fits = perRow <= 0 ? this.most : (Math.max(TARGET_MS, 2 * base) - base) / perRow;
      this.size = Math.min(this.most, Math.max(1, rows / 4, Math.min(fits, rows * 1.25 + 1)));
    } else if (rows >= this.rows) this.size = Math.min(this.most, this.size * 1.25 + 1);
  }

  /** A request never was answered, or was refused for the time that it takes. */
  shrink(rows: number): void {
    this.size = Math.max(1, Math.min(this.size, rows / 2));
  }

  private line(rows: number, ms: number): { base: number; perRow: number } {
    const spread = this.weight * this.xx - this.x * this.x;
    // As long as all were alike, the rows are taken for what made it long.
    if (spread < 0.01 * this.weight * this.xx) return { base: 0, perRow: ms / rows };
    const perRow = (this.weight * this.xy - this.x * this.y) / spread;
    return { base: Math.max(0, (this.y - perRow * this.x) / this.weight), perRow };
  }
}
