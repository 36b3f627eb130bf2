/** Records of other tables that the customer's plug-ins have made, by the key that each must be the only one with. */

export interface OtherRecord {
  readonly table: string;
  readonly key: string;
  /** The lead whose creation made it; `null` where it was there before. */
  readonly leadid: string | null;
}

export class OtherRecords {
  private readonly byKey = new Map<string, OtherRecord>();

  has(table: string, key: string): boolean {
    return this.byKey.has(nameOf(table, key));
  }

  put(record: OtherRecord): void {
    this.byKey.set(nameOf(record.table, record.key), record);
  }

  delete(table: string, key: string): void {
    this.byKey.delete(nameOf(table, key));
  }

  /** Forgets what leads have made, or what was there before them. */
  forget(whose: 'of leads' | 'from before'): void {
    for (const [name, { leadid }] of this.byKey)
      if ((leadid === null) === (whose === 'from before')) this.byKey.delete(name);
  }

  list(): OtherRecord[] {
    return [...this.byKey.values()];
  }
}

/** Dataverse compares keys without case. */
const nameOf = (table: string, key: string): string => `${table}\n${key.toLowerCase()}`;
