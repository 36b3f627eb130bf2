/** What became of each attempt to create a lead, as the organization saw it: the latest ones, whoever asks later. */

export interface Attempt {
  readonly at: number;
  readonly leadid: string;
  /** How it came: alone, as a part of a batch, or as a row of a bulk request. */
  readonly as: 'single' | 'batch' | 'bulk';
  /** 201 where it was created; the refusal's status; 0 where another row of the same transaction was refused. */
  status: number;
  /** The refusal's code; '' where there was none. */
  readonly code: string;
}

const KEPT = 100_000;

export class Attempts {
  private kept: Attempt[] = [];

  add(attempt: Attempt): void {
    if (this.kept.length >= 2 * KEPT) this.kept = this.kept.slice(KEPT);
    this.kept.push(attempt);
  }

  clear(): void {
    this.kept = [];
  }

  /** Oldest first; of one lead, or of all. */
  list(leadid?: string): readonly Attempt[] {
    return leadid === undefined ? this.kept : this.kept.filter((attempt) => attempt.leadid === leadid);
  }
}
