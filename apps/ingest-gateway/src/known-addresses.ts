/** The addresses that leads are posted to, in memory: every post asks for one. */
import { NaturalBatching } from '@leads/pacing';
import type { KnownConnection } from './lead-store.ts';

/** A question to the database, and what it says. */
interface Miss {
  addressKeyHash: string;
  found?: KnownConnection;
}

/** How many unknown addresses one statement asks for. */
const MISSES = { records: 500, bytes: Infinity };

/**
 * What was asked for once is remembered, and kept true by `connections.v1`; what is not is asked of the database, as
 * are addresses that nobody has: those are never remembered, for strangers would fill the memory with them.
 */
export class KnownAddresses {
  private readonly byId = new Map<string, KnownConnection>();
  private readonly byHash = new Map<string, KnownConnection>();
  private readonly misses: NaturalBatching<Miss>;

  /**
   * @param ask the connections at these addresses, as the database knows them
   * @param graceMs for how long after its deletion what comes for a connection is kept
   */
  constructor(
    ask: (addressKeyHashes: readonly string[]) => Promise<KnownConnection[]>,
    private readonly graceMs: number,
  ) {
    this.misses = new NaturalBatching(
      async (misses) => {
        const found = await ask(misses.map(({ addressKeyHash }) => addressKeyHash));
        for (const connection of found) this.remember(connection);
        for (const miss of misses) {
          const connection = this.byHash.get(miss.addressKeyHash);
          if (connection) miss.found = connection;
        }
      },
      () => 0,
      MISSES,
    );
  }

  /**
   * The connection that takes leads in at an address: one that is not published or paused too, whose leads are held until
   * it is, and for a while yet one that is deleted, whose leads an operator can still see.
   */
  async find(addressKeyHash: string, now: Date): Promise<KnownConnection | undefined> {
    const known = this.byHash.get(addressKeyHash);
    if (known) return this.taking(known, addressKeyHash, now);
    const miss: Miss = { addressKeyHash };
    await this.misses.add([miss]);
    return this.taking(miss.found, addressKeyHash, now);
  }

  private taking(
    connection: KnownConnection | undefined,
    addressKeyHash: string,
    now: Date,
  ): KnownConnection | undefined {
    if (connection && connection.addressKeyHash !== addressKeyHash) {
      const earlier = connection.earlier.find(({ keyHash }) => keyHash === addressKeyHash);
      if (!earlier || earlier.until <= now) return undefined;
    }
    if (connection?.state !== 'deleted') return connection;
    const { changedAt } = connection;
    return changedAt !== null && now.getTime() - changedAt.getTime() < this.graceMs ? connection : undefined;
  }

  /** A version not above the one that is known is old news: the database may be behind the topic, or that be read again. */
  remember({ connectionId, version, state, addressKeyHash, ...others }: KnownConnection): void {
    const { changedAt, repeatHours, earlier } = others;
    const known = this.byId.get(connectionId);
    if (known && known.version >= version) return;
    if (known) for (const hash of hashesOf(known)) this.byHash.delete(hash);
    const connection = { connectionId, version, state, addressKeyHash, changedAt, repeatHours, earlier };
    this.byId.set(connectionId, connection);
    for (const hash of hashesOf(connection)) this.byHash.set(hash, connection);
  }
}

function hashesOf({ addressKeyHash, earlier }: KnownConnection): string[] {
  return [addressKeyHash, ...earlier.map(({ keyHash }) => keyHash)];
}
