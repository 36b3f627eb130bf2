/** A body that is posted to a lead address, and what is known of it beforehand. */

export interface Body {
  /** Of which kind it is, for people to count. */
  kind: string;
  bytes: Buffer;
  headers: Record<string, string>;
  /**
   * The e-mail addresses of the leads that it holds, in their order: none where nothing of a lead is in it. Absent where
   * nobody can say.
   */
  holds?: string[];
}
