/** The addresses that leads are posted to, in memory: every post asks for one. */
import type { ConnectionChanged } from '@leads/contracts';
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

  /** @param ask the connections at these addresses, as the database knows them */
  constructor(ask: (addressKeyHashes: readonly string[]) => Promise<KnownConnection[]>) {
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

  /** What is known here of the connection that takes leads in at an address: published, or paused, which only holds the delivery. */
  known(addressKeyHash: string): KnownConnection | undefined {
    return taking(this.byHash.get(addressKeyHash));
  }

  /** The same, asked of the database where nothing is known. */
  async find(addressKeyHash: string): Promise<KnownConnection | undefined> {
    if (this.byHash.has(addressKeyHash)) return this.known(addressKeyHash);
    const miss: Miss = { addressKeyHash };
    await this.misses.add([miss]);
    return taking(miss.found);
  }

  /** A version not above the one that is known is old news: the database may be behind the topic, or that be read again. */
  remember({ connectionId, version, state, addressKeyHash }: KnownConnection): void {
    const known = this.byId.get(connectionId);
    if (known && known.version >= version) return;
    if (known) this.byHash.delete(known.addressKeyHash);
    const connection = { connectionId, version, state, addressKeyHash };
    this.byId.set(connectionId, connection);
    this.byHash.set(addressKeyHash, connection);
  }
}

function taking(connection: KnownConnection | undefined): KnownConnection | undefined {
  return connection && TAKES_LEADS.has(connection.state) ? connection : undefined;
}

const TAKES_LEADS: ReadonlySet<ConnectionChanged['state']> = new Set(['published', 'paused']);
