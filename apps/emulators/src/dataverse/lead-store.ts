/**
 * The leads of one organisation. A row keeps its columns as one JSON string, so that a million rows are
 * a million flat objects to the garbage collector and are written to disk as they are.
 */

export interface LeadRow {
  readonly id: string;
  readonly version: number;
  readonly createdOn: number;
  readonly modifiedOn: number;
  readonly createdBy: string;
  readonly modifiedBy: string;
  readonly ownerId: string;
  readonly stateCode: number;
  readonly statusCode: number;
  /** The columns callers gave, as a JSON object; system columns are the fields above. */
  readonly json: string;
}

export type Columns = Record<string, unknown>;

export class LeadStore {
  private readonly byId = new Map<string, LeadRow>();
  /** Index of each alternate key: joined values → lead id. */
  private readonly keys = new Map<string, { columns: readonly string[]; ids: Map<string, string> }>();
  private version = 1_000_000;

  get size(): number {
    return this.byId.size;
  }

  nextVersion(): number {
    return ++this.version;
  }

  get(id: string): LeadRow | undefined {
    return this.byId.get(id);
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  put(row: LeadRow): void {
    if (this.keys.size > 0) this.reindex(row.id, row);
    this.byId.set(row.id, row);
    if (row.version > this.version) this.version = row.version;
  }

  delete(id: string): boolean {
    if (this.keys.size > 0) this.reindex(id, undefined);
    return this.byId.delete(id);
  }

  clear(): void {
    this.byId.clear();
    for (const key of this.keys.values()) key.ids.clear();
  }

  rows(): IterableIterator<LeadRow> {
    return this.byId.values();
  }

  /** Replaces the alternate keys; existing rows are indexed anew. */
  defineKeys(keys: readonly { name: string; columns: readonly string[] }[]): void {
    this.keys.clear();
    for (const { name, columns } of keys) this.keys.set(name, { columns, ids: new Map() });
    if (keys.length > 0) for (const row of this.byId.values()) this.reindex(row.id, row);
  }

  /** The lead with these key values, by the key that has exactly these columns. */
  findByKey(values: Columns): { known: boolean; id?: string | undefined } {
    const wanted = Object.keys(values).sort().join();
    for (const key of this.keys.values())
      if ([...key.columns].sort().join() === wanted)
        return { known: true, id: key.ids.get(keyText(key.columns, values) ?? '') };
    return { known: false };
  }

  /** The name of a key that `columns` would violate for another lead than `id`. */
  violatedKey(id: string, columns: Columns): { name: string; columns: readonly string[] } | undefined {
    for (const [name, key] of this.keys) {
      const text = keyText(key.columns, columns);
      const owner = text === undefined ? undefined : key.ids.get(text);
      if (owner !== undefined && owner !== id) return { name, columns: key.columns };
    }
    return undefined;
  }

  private reindex(id: string, row: LeadRow | undefined): void {
    const before = this.byId.get(id);
    for (const key of this.keys.values()) {
      const old = before && keyText(key.columns, parseColumns(before));
      if (old !== undefined && key.ids.get(old) === id) key.ids.delete(old);
      const text = row && keyText(key.columns, parseColumns(row));
      if (text !== undefined) key.ids.set(text, id);
    }
  }
}

export const parseColumns = (row: LeadRow): Columns => JSON.parse(row.json) as Columns;

/** Undefined when a key column has no value: such rows are outside the key. */
function keyText(columns: readonly string[], values: Columns): string | undefined {
  const parts = columns.map((column) => values[column]);
  if (parts.some((part) => part === undefined || part === null)) return undefined;
  return JSON.stringify(parts.map((part) => String(part).toLowerCase()));
}
