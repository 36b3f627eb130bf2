/** What can be done with a connection. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { AuditedAct } from '../audit.ts';
import { secretPurpose, type Vault } from '../secrets/vault.ts';
import type { CredentialsTables } from '../tables.ts';
import { hashAddressKey, leadAddressOf, makeAddressKey } from './address-key.ts';
import type { AccessFields, NewConnectionFields } from './connection-fields.ts';
import type { Connection, ConnectionFacts } from './connection-facts.ts';
import { commitVersion, findConnection, listConnections, lockConnection } from './connection-store.ts';

/** Why a change was not made. */
export type Refusal =
  { kind: 'unknown' } | { kind: 'version-conflict'; version: number } | { kind: 'not-now'; detail: string };

export type Changed = { ok: true; connection: Connection } | { ok: false; refusal: Refusal };

/** What a changed connection looks like, or why it cannot be changed so. */
export type Revision = { facts: ConnectionFacts; act: AuditedAct } | 'nothing to do' | { notNow: string };

export interface ConnectionsOptions {
  database: Kysely<CredentialsTables>;
  vault: Vault;
  gatewayUrl: string;
  /** Told after each commit, so that the event need not wait. */
  wakeRelay: () => void;
  now: () => Date;
}

/** Days after which an Office 365 password has to be changed. */
const PASSWORD_DAYS = 90;
const DAY_MS = 86_400_000;

export class Connections {
  constructor(private readonly options: ConnectionsOptions) {}

  /** Creates a draft with a lead address of its own. */
  async create(fields: NewConnectionFields, who: string): Promise<Connection> {
    const { database, vault, now, wakeRelay } = this.options;
    const changedAt = now();
    const setAt = changedAt.toISOString();
    const connectionId = randomUUID();
    const addressKey = makeAddressKey(randomBytes);
    const { access, ...details } = fields;
    const connection: Connection = {
      connectionId,
      version: 1,
      changedAt,
      changedBy: who,
      facts: {
        ...details,
        ...identityOf(access),
        state: 'draft',
        secret: { version: 1, setAt, ...expiry(access, changedAt) },
        addressKey: { version: 1, hash: hashAddressKey(addressKey), setAt },
      },
    };
    await database.transaction().execute(async (transaction) => {
      await commitVersion(transaction, connection, 'connection created');
      const secret = { connectionId, purpose: secretPurpose(access.authentication), version: 1 };
      await vault.keep(transaction, secret, access.secret, changedAt);
      const address = { connectionId, purpose: 'address-key' as const, version: 1 };
      await vault.keep(transaction, address, addressKey, changedAt);
    });
    wakeRelay();
    return connection;
  }

  list(): Promise<Connection[]> {
    return listConnections(this.options.database);
  }

  /** @returns `undefined` where there is none or it was deleted */
  async find(connectionId: string): Promise<Connection | undefined> {
    const connection = await findConnection(this.options.database, connectionId);
    return connection?.facts.state === 'deleted' ? undefined : connection;
  }

  /** The address to which the marketplace posts this connection's leads: as good as a key, so for its owner only. */
  async leadAddress({ connectionId, facts }: Connection): Promise<string | undefined> {
    const { database, vault, gatewayUrl } = this.options;
    const { version } = facts.addressKey;
    const key = await vault.open(database, { connectionId, purpose: 'address-key', version });
    return key && leadAddressOf(gatewayUrl, key);
  }

  /** From now on leads are taken in for the offer. A published connection stays as it is. */
  publish(connectionId: string, who: string, expected?: number): Promise<Changed> {
    return this.revise(connectionId, who, expected, ({ facts }) => {
      if (facts.state === 'published') return 'nothing to do';
      if (facts.state === 'paused') return { notNow: 'The connection is paused: resume it instead.' };
      return { facts: { ...facts, state: 'published' }, act: 'connection published' };
    });
  }

  /**
   * One change as one new version.
   * @param expected the version that the change was made on; another one is refused as a conflict
   * @param revise gives the new facts; what it stores besides belongs to the same transaction
   */
  private async revise(
    connectionId: string,
    who: string,
    expected: number | undefined,
    revise: (
      connection: Connection,
      transaction: Transaction<CredentialsTables>,
      at: Date,
    ) => Revision | Promise<Revision>,
  ): Promise<Changed> {
    const { database, now, wakeRelay } = this.options;
    const changed = await database.transaction().execute(async (transaction): Promise<Changed> => {
      const connection = await lockConnection(transaction, connectionId);
      if (!connection || connection.facts.state === 'deleted') {
        return { ok: false, refusal: { kind: 'unknown' } };
      }
      const { version } = connection;
      if (expected !== undefined && expected !== version) {
        return { ok: false, refusal: { kind: 'version-conflict', version } };
      }
      const changedAt = now();
      const revision = await revise(connection, transaction, changedAt);
      if (revision === 'nothing to do') return { ok: true, connection };
      if ('notNow' in revision) return { ok: false, refusal: { kind: 'not-now', detail: revision.notNow } };
      const next = {
        connectionId,
        version: version + 1,
        facts: revision.facts,
        changedAt,
        changedBy: who,
      };
      await commitVersion(transaction, next, revision.act);
      return { ok: true, connection: next };
    });
    wakeRelay();
    return changed;
  }
}

function identityOf(
  access: AccessFields,
): Pick<ConnectionFacts, 'authentication' | 'applicationId' | 'directoryId' | 'userName'> {
  if (access.authentication === 'office-365') {
    return { authentication: access.authentication, userName: access.userName };
  }
  const { authentication, applicationId, directoryId } = access;
  return { authentication, applicationId, directoryId };
}

function expiry(access: AccessFields, setAt: Date): { expiresOn?: string } {
  if (access.authentication === 'office-365') {
    return { expiresOn: new Date(setAt.getTime() + PASSWORD_DAYS * DAY_MS).toISOString().slice(0, 10) };
  }
  return access.expiresOn === undefined ? {} : { expiresOn: access.expiresOn };
}
