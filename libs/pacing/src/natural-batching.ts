/** Natural batching: what gathers while a send is under way goes out as the next one, without a timer. */

/** What one send may hold. A single record above `bytes` still goes, alone. */
export interface SendLimits {
  records: number;
  bytes: number;
}

interface Caller {
  unsent: number;
  failed: boolean;
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface Waiting<Item> {
  item: Item;
  bytes: number;
  caller: Caller;
}

/** How many of the waiting sizes, in bytes and from the front, fit into one send: at least one. */
export function countThatFits(sizes: readonly number[], limits: SendLimits): number {
  let count = 0;
  let bytes = 0;
  for (const size of sizes) {
    if (count === limits.records || (count > 0 && bytes + size > limits.bytes)) break;
    bytes += size;
    count += 1;
  }
  return count;
}

/**
 * One send at a time, in the order of adding. Each caller's promise follows the sends that its own items are
 * in: it rejects with the first that fails, and then what is left of its items is not sent.
 */
export class NaturalBatching<Item> {
  readonly #send: (items: Item[]) => Promise<void>;
  readonly #sizeOf: (item: Item) => number;
  readonly #limits: SendLimits;
  #waiting: Waiting<Item>[] = [];
  #draining: Promise<void> | undefined;

  constructor(send: (items: Item[]) => Promise<void>, sizeOf: (item: Item) => number, limits: SendLimits) {
    this.#send = send;
    this.#sizeOf = sizeOf;
    this.#limits = limits;
  }

  /** Resolves when every item has been sent. */
  add(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const caller: Caller = { unsent: items.length, failed: false, resolve, reject };
      for (const item of items) this.#waiting.push({ item, bytes: this.#sizeOf(item), caller });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when nothing is under way and nothing waits. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const sizes = this.#waiting.slice(0, this.#limits.records).map(({ bytes }) => bytes);
      const sending = this.#waiting.splice(0, countThatFits(sizes, this.#limits));
      try {
        await this.#send(sending.map(({ item }) => item));
        for (const { caller } of sending) {
          caller.unsent -= 1;
          if (caller.unsent === 0) caller.resolve();
        }
      } catch (error) {
        for (const { caller } of sending) {
          caller.failed = true;
          caller.reject(error);
        }
        this.#waiting = this.#waiting.filter(({ caller }) => !caller.failed);
      }
    }
    this.#draining = undefined;
  }
}
