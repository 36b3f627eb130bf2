/** What a measurement says: one JSON line. */
export interface Bar {
  bar: string;
  value: number;
  unit: string;
  goal: string;
  met: boolean;
  /** What else explains the value. */
  [explanation: string]: unknown;
}
