/** Connections as they are kept: looked up, created, and changed one version at a time. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { topics } from '@leads/contracts';
import { addToOutbox } from '@leads/database';
import type { Fault, NewConnectionFields, SecretKind } from '@leads/contracts/connection-details';
import { type AuditAnswer, readAudit } from '../audit.ts';
import { readTroubles } from '../incidents/incident-store.ts';
import { mendedBySave } from '../incidents/mended.ts';
import type { Vault } from '../secrets/vault.ts';
import type { CredentialsTables } from '../tables.ts';
import { hashAddressKey, leadAddressOf, makeAddressKey } from './address-key.ts';
import type { Connection } from '../connection-facts.ts';
import {
  commitVersion,
  type ConnectionVersion,
  findConnection,
  findVersion,
  type ConnectionsAsked,
  listConnections,
  listSameApplication,
  listVersions,
  lockConnection,
} from './connection-store.ts';
import { chosenFacts, type Revise, type Revision, secretFacts } from './revisions.ts';

/** Why a change was not made. */
type Refusal =
  | { kind: 'unknown' }
  | { kind: 'version-conflict'; version: number }
  | { kind: 'not-now'; detail: string }
  | { kind: 'not-accepted'; faults: Fault[] };

export type Changed = { ok: true; connection: Connection } | { ok: false; refusal: Refusal };

export interface ConnectionsOptions {
  database: Kysely<CredentialsTables>;
  vault: Vault;
  gatewayUrl: string;
  /** Told after each commit, so that the event need not wait. */
  wakeRelay: () => void;
  now: () => Date;
}

const SECRET_KINDS: SecretKind[] = ['client-secret', 'certificate', 'password'];

export class Connections {
  constructor(private readonly options: ConnectionsOptions) {}

  /** Creates a draft with a lead address of its own. */
  async create(fields: NewConnectionFields, who: string): Promise<Connection> {
    const { database, now, wakeRelay } = this.options;
    const changedAt = now();
    const newAddressKey = makeAddressKey(randomBytes);
    const { publisher, offer, leadDestination, url, contactEmails, identity, secret } = fields;
    const connection: Connection = {
      connectionId: randomUUID(),
      version: 1,
      changedAt,
      changedBy: who,
      facts: {
        ...{ publisher, offer, leadDestination, url, contactEmails },
        ...chosenFacts(fields),
        ...identity,
        state: 'draft',
        secret: secretFacts(secret, 1, changedAt),
        addressKey: { version: 1, hash: hashAddressKey(newAddressKey), setAt: changedAt.toISOString() },
      },
    };
    await database.transaction().execute(async (transaction) => {
      await commitVersion(transaction, connection, 'connection created');
      await this.keepSecrets(transaction, connection, { newSecret: secret, newAddressKey });
    });
    wakeRelay();
    return connection;
  }

  list(asked: ConnectionsAsked): Promise<Connection[]> {
    return listConnections(this.options.database, asked);
  }

  /** @returns `undefined` where there is none or it was deleted */
  async find(connectionId: string): Promise<Connection | undefined> {
    const connection = await findConnection(this.options.database, connectionId);
    return connection?.facts.state === 'deleted' ? undefined : connection;
  }

  /** Whose secret is renewed together with this one's: the publisher's others of the same application. */
  sameApplication(connection: Connection): Promise<Connection[]> {
    return listSameApplication(this.options.database, connection);
  }

  versions(connectionId: string): Promise<ConnectionVersion[]> {
    return listVersions(this.options.database, connectionId);
  }

  version(connectionId: string, version: number): Promise<ConnectionVersion | undefined> {
    return findVersion(this.options.database, connectionId, version);
  }

  audit(connectionId: string): Promise<AuditAnswer[]> {
    return readAudit(this.options.database, connectionId);
  }

  /** The address to which the marketplace posts this connection's leads: as good as a key, so for its owner only. */
  async leadAddress({ connectionId, facts }: Connection): Promise<string | undefined> {
    const { database, vault, gatewayUrl } = this.options;
    const { version } = facts.addressKey;
    const key = await vault.open(database, { connectionId, purpose: 'address-key', version });
    return key && leadAddressOf(gatewayUrl, key);
  }

  /**
   * One change as one new version, with everything that belongs to it, or none of it.
   * @param expected the version that the change was made on; on another one it is refused as a conflict
   */
  async revise(
    connectionId: string,
    who: string,
    expected: number | undefined,
    revise: Revise,
  ): Promise<Changed> {
    const { database, now, wakeRelay } = this.options;
    const changed = await database.transaction().execute(async (transaction): Promise<Changed> => {
      const connection = await lockConnection(transaction, connectionId);
      if (!connection || connection.facts.state === 'deleted') return refused({ kind: 'unknown' });
      const { version } = connection;
      if (expected !== undefined && expected !== version) {
        return refused({ kind: 'version-conflict', version });
      }
      const changedAt = now();
      const revision = revise(connection.facts, changedAt);
      if (revision.kind === 'as-it-was') return { ok: true, connection };
      if (revision.kind !== 'revised') return refused(revision);
      const { facts, act } = revision;
      const next = { connectionId, version: version + 1, facts, changedAt, changedBy: who };
      await commitVersion(transaction, next, act);
      await this.keepSecrets(transaction, next, revision);
      const troubles = await readTroubles(transaction, connectionId);
      await addToOutbox(transaction, topics.alerts, mendedBySave(connection, { ...next, act }, troubles));
      return { ok: true, connection: next };
    });
    wakeRelay();
    return changed;
  }

  /** Seals what is new under the versions that the facts name; what it replaces, or is left over, is erased. */
  private async keepSecrets(
    transaction: Transaction<CredentialsTables>,
    { connectionId, facts, changedAt }: Connection,
    { newSecret, newAddressKey }: Pick<Revision & { kind: 'revised' }, 'newSecret' | 'newAddressKey'>,
  ): Promise<void> {
    const { vault } = this.options;
    if (facts.state === 'deleted') {
      await vault.erase(transaction, connectionId, [...SECRET_KINDS, 'address-key']);
      return;
    }
    if (newSecret) {
      await vault.erase(transaction, connectionId, SECRET_KINDS);
      const { kind: purpose, version } = facts.secret;
      await vault.keep(transaction, { connectionId, purpose, version }, newSecret.value, changedAt);
    }
    if (newAddressKey !== undefined) {
      await vault.erase(transaction, connectionId, ['address-key']);
      const { version } = facts.addressKey;
      await vault.keep(
        transaction,
        { connectionId, purpose: 'address-key', version },
        newAddressKey,
        changedAt,
      );
    }
  }
}

function refused(refusal: Refusal): Changed {
  return { ok: false, refusal };
}
